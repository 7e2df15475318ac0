/**
 * Answers a query. When nothing went wrong, the text that the database made is the answer, without the executor of
 * graphql-js. The executor completes other answers: those with failed fields and with introspection.
 */
import { parseJson, type ReadFacts } from '@rocket/schema';
import type { OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql';
import { KeyMarks } from '../read/depends-on/key-marks.ts';
import { planTags } from '../read/depends-on/plan-tags.ts';
import type { TagSet } from '../read/depends-on/tag-set.ts';
import { Failures, type PlanContext } from '../read/plan-context.ts';
import { planOperation, type RootField } from '../read/plan-operation.ts';
import type { ReadPlan } from '../read/read-plan.ts';
import { FaultyJson, type ReadOptions, type RootAnswer, readRoots } from '../read/read-roots.ts';
import { completeTransitions } from './complete-transitions.ts';
import { entitiesJson, entitiesValue } from './entities-answer.ts';
import type { PreparedDocument } from './prepared-operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RootValue } from './shaped-value.ts';

/** The whole answer as JSON text, or what the executor needs to complete it. */
export type QueryAnswer =
  | { readonly kind: 'json'; readonly json: string; readonly facts: ReadFacts | null }
  | { readonly kind: 'values'; readonly root: RootValue; readonly failures: Failures }
  /** The variables do not fit; the executor reports where. */
  | { readonly kind: 'variables' };

export async function answerQuery(
  context: RequestContext,
  prepared: PreparedDocument,
  of: { operation: OperationDefinitionNode; variables: Readonly<Record<string, unknown>> },
): Promise<QueryAnswer> {
  const { operation } = of;
  const name = clientName(operation);
  const variables = getVariableValues(context.schema, operation.variableDefinitions ?? [], of.variables);
  if (variables.coerced === undefined) return { kind: 'variables' };
  const failures = new Failures();
  const plans: PlanContext = {
    schema: context.schema,
    index: context.index,
    caller: context.caller,
    filters: context.filters,
    failures,
    transitions: [],
    onQuery: (shape) => context.advice.record(shape, name),
    scope: { fragments: prepared.fragments, variableValues: variables.coerced, memo: prepared.memo },
  };
  const roots = planOperation(plans, operation);
  const reads = roots.flatMap(readsOf);
  const tags = context.wantsFacts ? planTags(reads) : null;
  const answers = await readOrFail(context, reads, {
    deadlineAtMs: context.deadlineAtMs,
    signal: context.signal,
    ...(name === null ? {} : { label: name }),
    hasCursor: failures.hasCursor,
    marks: tags === null ? null : new KeyMarks(tags),
    complete: completeTransitions(context, plans.transitions),
  });
  if (failures.any || !isWhole(roots, answers))
    return { kind: 'values', root: rootValue(roots, answers), failures };
  const facts = tags === null ? null : readFacts(context, plans, tags);
  return { kind: 'json', json: wholeJson(roots, answers), facts };
}

function isWhole(roots: readonly RootField[], answers: readonly RootAnswer[]): boolean {
  return (
    roots.every((root) => root.kind !== 'native' && !(root.kind === 'entities' && root.failed.length > 0)) &&
    !answers.some((answer) => answer instanceof Error || answer instanceof FaultyJson)
  );
}

function readFacts(context: RequestContext, { transitions }: PlanContext, tags: TagSet): ReadFacts {
  // Guards of transitions may ask for the time.
  const isLasting = transitions.length === 0;
  return { kind: 'read', entities: [...context.consulted()], tags: tags.groups(), isLasting };
}

/** Gateways call the steps of an operation `Name__app__0`; its author only knows `Name`. */
function clientName(operation: OperationDefinitionNode): string | null {
  const name = operation.name?.value ?? '';
  const own = name.replace(/__[a-z0-9_]+__\d+$/, '');
  return own === '' ? null : own;
}

/** A failure of all fields becomes the error of each of them, so that it has a place in the answer. */
async function readOrFail(
  context: RequestContext,
  reads: readonly ReadPlan[],
  options: ReadOptions,
): Promise<readonly RootAnswer[]> {
  if (reads.length === 0) return [];
  try {
    const { database } = await context.database.reader(context.minLsn);
    return await readRoots(database, reads, options);
  } catch (error) {
    const fault = error instanceof Error ? error : new Error('Reading failed', { cause: error });
    return reads.map(() => fault);
  }
}

function readsOf(root: RootField): readonly ReadPlan[] {
  if (root.kind === 'read') return [root.plan];
  if (root.kind === 'entities') return root.parts.map(({ entities }) => ({ kind: 'entities', entities }));
  return [];
}

function wholeJson(roots: readonly RootField[], answers: readonly RootAnswer[]): string {
  let next = 0;
  const fields = roots.map((root) => {
    const count = readsOf(root).length;
    const own = answers.slice(next, next + count);
    next += count;
    return `${JSON.stringify(root.key)}:${rootJson(root, own)}`;
  });
  return `{"data":{${fields.join(',')}}}`;
}

function rootJson(root: RootField, answers: readonly RootAnswer[]): string {
  switch (root.kind) {
    case 'constant':
      return root.json;
    case 'read':
      return textOf(answers[0]);
    case 'entities':
      return entitiesJson(root, answers.map(textOf));
    case 'native':
      throw new TypeError('A field of the executor has no text');
    default:
      return root satisfies never;
  }
}

function rootValue(roots: readonly RootField[], answers: readonly RootAnswer[]): RootValue {
  const value: Record<string, unknown> = Object.create(null);
  let next = 0;
  for (const root of roots) {
    const count = readsOf(root).length;
    const own = answers.slice(next, next + count);
    next += count;
    const fault = own.find((answer) => answer instanceof Error);
    if (fault !== undefined) value[root.key] = fault;
    else if (root.kind === 'entities') value[root.key] = entitiesValue(root, own.map(textOf));
    else if (root.kind !== 'native') value[root.key] = parseJson(rootJson(root, own));
  }
  return value;
}

/** A missing record is JSON's null. */
function textOf(answer: RootAnswer | undefined): string {
  if (answer instanceof FaultyJson) return answer.json;
  return typeof answer === 'string' ? answer : 'null';
}
