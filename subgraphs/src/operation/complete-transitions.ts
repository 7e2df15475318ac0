/** Puts what a record's state may become into an answer, where the statement has left the record. */
import { type Caller, type EntityModel, type Filter, isRawNumber, matches, parseJson } from '@rocket/schema';
import type { ReadPlan, TransitionsPlan } from '../read/read-plan.ts';
import { type MarkedRecord, markedRecord } from '../statement/transitions-sql.ts';
import { judgeTransition, nextStates, valuesSetBy } from '../write/machines/judge-transition.ts';
import { rowValue } from '../write/record-sql.ts';
import { ruleVariables } from '../write/rules/rule-variables.ts';

export interface TransitionContext {
  readonly caller: Caller;
  /** The records of an entity that the caller may update. */
  readonly updatable: (entity: EntityModel) => Filter | 'forbidden';
}

/** Turns the JSON of a root field into the caller's. */
export type CompleteJson = (plan: ReadPlan, json: string) => string;

/** @param plans those of the operation, which grow while it is planned; without any, answers are left as they are */
export function completeTransitions(
  context: TransitionContext,
  plans: readonly TransitionsPlan[],
): CompleteJson {
  let put: ReturnType<typeof judgedBy> | undefined;
  const complete = (json: string) => {
    // Most operations ask for no transitions, and pay nothing for those that do.
    put ??= judgedBy(context, plans);
    return JSON.stringify(replaced(parseJson(json), put));
  };
  return (plan, json) => {
    if (plans.length === 0) return json;
    if (plan.kind !== 'entities' || !plan.entities.asTexts) return complete(json);
    const texts: unknown = parseJson(json);
    return JSON.stringify(Array.isArray(texts) ? texts.map((text) => complete(String(text))) : texts);
  };
}

/** All records of an operation are judged at one moment, and by one reading of the caller's policies for each entity. */
function judgedBy(context: TransitionContext, plans: readonly TransitionsPlan[]) {
  const scopes = new Map<EntityModel, Filter | 'forbidden'>();
  const updatable = (entity: EntityModel) => {
    const scope = scopes.get(entity) ?? context.updatable(entity);
    scopes.set(entity, scope);
    return scope;
  };
  const at = { caller: context.caller, now: new Date(), updatable };
  return (marked: MarkedRecord) => transitionsOf(at, plans, marked);
}

/** In place: a copy would lose own properties that are called `__proto__`. */
function replaced(value: unknown, put: (marked: MarkedRecord) => unknown): unknown {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  const marked = markedRecord(value);
  if (marked !== null) return put(marked);
  for (const [key, member] of Object.entries(value)) {
    const made = replaced(member, put);
    if (made !== member) Reflect.defineProperty(value, key, { value: made });
  }
  return value;
}

function transitionsOf(
  context: TransitionContext & { readonly now: Date },
  plans: readonly TransitionsPlan[],
  { place, values }: MarkedRecord,
): readonly unknown[] {
  const plan = plans[place];
  if (plan === undefined) throw new TypeError(`No transitions are planned at ${place}`);
  const { entity, machine, fields } = plan;
  const old: Record<string, unknown> = Object.create(null);
  for (const [index, { name }] of entity.fields.entries()) old[name] = values[index] ?? null;
  const state = old[machine.field.name] ?? null;
  const from = state === null ? null : String(state);
  const members = [...(machine.field.enumMembers ?? [])];
  return nextStates(machine, from).map((to) => {
    const reason = reasonAgainst(context, plan, { old, from, to });
    const shown = members.find(([, stored]) => stored === to)?.[0] ?? to;
    const answer: Record<string, unknown> = Object.create(null);
    for (const field of fields) {
      const value = { to: shown, allowed: reason === null, reason, constant: field.constant }[field.kind];
      Reflect.defineProperty(answer, field.key, { value, enumerable: true });
    }
    return answer;
  });
}

function reasonAgainst(
  context: TransitionContext & { readonly now: Date },
  { entity, machine }: TransitionsPlan,
  of: { readonly old: Readonly<Record<string, unknown>>; readonly from: string | null; readonly to: string },
): string | null {
  const { old, from, to } = of;
  const updatable = context.updatable(entity);
  if (updatable === 'forbidden' || !matches(updatable, old)) return `You may not update this ${entity.name}`;
  const record: Record<string, unknown> = Object.assign(Object.create(null), old, {
    [machine.field.name]: to,
  });
  const variables = ruleVariables(context, { record, old, action: 'update' });
  const { caller } = context;
  // The reason tells of a guard that cannot be evaluated; a log would repeat it for each record of each list.
  const verdict = judgeTransition(machine, { from, to, caller, logger: null, variables });
  if (!verdict.allowed) return verdict.reason;
  const set = verdict.transition === null ? [] : valuesSetBy(verdict.transition, context.now);
  for (const { field, value } of set) record[field.name] = rowValue(field, value);
  // Policies are about the state too: they may allow to change a record as it is, but not to what it would be.
  return matches(updatable, record) ? null : `You may not change ${machine.field.graphqlName} to '${to}'`;
}
