import { behaviourScopes, expressionScope } from '../../../behaviour/behaviour-scope.ts';
import { type ComputedField, orderComputed } from '../../../behaviour/computed-order.ts';
import { type ReadRule, readRule } from '../../../behaviour/read-rule.ts';
import { doubtsOf } from '../../../expressions/compile/compile-expression.ts';
import type { Expression } from '../../../expressions/expression.ts';
import type { ExpressionScope } from '../../../expressions/expression-shape.ts';
import { referencesOf } from '../../../expressions/references.ts';
import { buildAllFields } from '../../../model/build-fields.ts';
import type { JsonPath } from '../../faults/json-path.ts';
import { type CheckContext, findEntity, type Located } from '../context.ts';

/** Every write of an entity runs its rules. */
const MAX_RULES_PER_ENTITY = 200;

interface LocatedComputed extends ComputedField {
  readonly entity: string;
  readonly path: JsonPath;
  readonly priority: number;
}

interface LocatedCheck {
  readonly entity: string;
  readonly path: JsonPath;
  readonly read: ReadRule;
}

/** Rules can be run: their fields, operators, expressions and relations are there, and computed fields have an order. */
export function checkRules(context: CheckContext): void {
  const scopeOf = checkedScopes(context);
  const computed: LocatedComputed[] = [];
  const checks: LocatedCheck[] = [];
  if (!areFew(context)) return;
  for (const { value, path } of context.parts.rules) {
    const entity = findEntity(context, value.entity, [...path, 'entity']);
    if (entity === undefined) continue;
    const scope = scopeOf(value.entity);
    const read = readRule(value, scope, (within, message, hint) =>
      context.faults.error([...path, ...within], message, hint),
    );
    if (read !== null && read.expression !== null) {
      const place = [...path, 'definition', 'expression'];
      warnOfDoubts(
        context,
        { value: read.expression, path: place },
        expressionScope(scope, read.rule.related),
      );
    }
    if (read === null || value.active === false) continue;
    if (value.hook !== 'before_delete' && read.rule.kind !== 'computed')
      checks.push({ entity: value.entity, path, read });
    if (read.rule.kind !== 'computed' || read.expression === null) continue;
    const { expression, rule } = read;
    const { entity: of, priority = 0 } = value;
    computed.push({ entity: of, field: rule.field.name, expression, path, priority });
  }
  for (const rules of Map.groupBy(computed, ({ entity }) => entity).values()) checkOrder(context, rules);
  for (const check of checks) warnOfEarlyRead(context, check, computed);
}

/** What is too much is not even read. */
function areFew({ parts: { rules }, faults }: CheckContext): boolean {
  const crowded = [...Map.groupBy(rules, ({ value }) => value.entity).values()].flatMap((own) =>
    own.slice(MAX_RULES_PER_ENTITY, MAX_RULES_PER_ENTITY + 1),
  );
  for (const { value, path } of crowded) {
    const message = `Entity ${JSON.stringify(value.entity)} has more than ${MAX_RULES_PER_ENTITY} rules`;
    faults.error([...path, 'entity'], message);
  }
  return crowded.length === 0;
}

function checkOrder(context: CheckContext, rules: readonly LocatedComputed[]): void {
  const ordered = orderComputed(rules.toSorted((a, b) => a.priority - b.priority));
  if (ordered.ok) return;
  const path = [...ordered.at.path, 'definition', 'expression'];
  const [first = ''] = ordered.cycle;
  const message = `Computed fields need each other: ${[...ordered.cycle, first].join(' needs ')}`;
  context.faults.error(path, message, 'Compute one of them without the others');
}

/** Computed fields are made when no rule has refused, so a rule sees the value of before. */
function warnOfEarlyRead(
  context: CheckContext,
  { entity, path, read }: LocatedCheck,
  computed: readonly LocatedComputed[],
): void {
  const names = read.rule.kind === 'field' ? [read.rule.field.name] : fieldsRead(read.expression);
  const early = computed.find(
    // One that reads itself only tidies what is given.
    (rule) =>
      rule.entity === entity &&
      names.includes(rule.field) &&
      !fieldsRead(rule.expression).includes(rule.field),
  );
  if (early === undefined) return;
  const place = [...path, 'definition', read.rule.kind === 'field' ? 'field' : 'expression'];
  const message = `${JSON.stringify(early.field)} is computed after this rule, which sees the value that is given or stored`;
  context.faults.warning(place, message, 'Check what it is computed from');
}

function fieldsRead(expression: Expression | null): readonly (string | null)[] {
  const read = expression === null ? [] : referencesOf(expression);
  return read.filter(({ variable }) => variable === 'record').map(({ member }) => member);
}

/** An expression may be right and yet say what nobody means. */
export function warnOfDoubts(
  context: CheckContext,
  { value, path }: Located<Expression>,
  scope: ExpressionScope,
): void {
  for (const { position, message, hint } of doubtsOf(value, scope)) {
    context.faults.warning(path, `${position}: ${message}`, hint);
  }
}

/** What rules and guards of the document may name. */
export function checkedScopes(context: CheckContext): ReturnType<typeof behaviourScopes> {
  const relations = context.parts.relations.map(({ value }) => value);
  const entities = [...context.entities.values()].map(({ value }) => value);
  return behaviourScopes(buildAllFields(entities, relations), relations);
}
