/** The rules, state machines and webhooks of a document that was accepted, by entity. */
import { coerceValue } from '../document/coerce-value.ts';
import { formatPath, type JsonPath } from '../document/faults/json-path.ts';
import { webhookIdentity } from '../document/identities.ts';
import type {
  AppDocument,
  JsonValue,
  RelationDefinition,
  RuleDefinition,
  StateMachineDefinition,
  TransitionDefinition,
} from '../document/types.ts';
import type { WebhookDefinition } from '../document/webhook-definition.ts';
import { RocketError } from '../errors.ts';
import type { FieldModel } from '../model/field-model.ts';
import { UNHEARD } from '../workflows/read/reading.ts';
import {
  type ComputedRule,
  EFFECT_KINDS,
  type EntityRules,
  type ExpressionRule,
  type FieldRule,
  type MachineModel,
  type TransitionAction,
  type TransitionModel,
} from './behaviour-model.ts';
import { type BehaviourScope, behaviourScopes, expressionScope } from './behaviour-scope.ts';
import { orderComputed } from './computed-order.ts';
import { readCreation } from './read-creation.ts';
import { type ReadExpression, type Report, readExpression } from './read-expression.ts';
import { type ReadRule, readRule } from './read-rule.ts';
import { readRetry, readWebhook } from './read-webhook.ts';
import type { AfterWebhook, EntityWebhooks, WebhookModel } from './webhook-model.ts';

export interface EntityBehaviour {
  readonly rules: EntityRules;
  readonly machines: readonly MachineModel[];
  readonly webhooks: EntityWebhooks;
}

/**
 * @param fields of every entity, by its name
 * @throws RocketError `DOCUMENT_INVALID` for what the checks of a document refuse
 */
export function buildBehaviour(
  document: Pick<AppDocument, 'rules' | 'state_machines' | 'webhooks'> & {
    readonly relations: readonly RelationDefinition[];
  },
  fields: ReadonlyMap<string, readonly FieldModel[]>,
): (entity: string) => EntityBehaviour {
  const scopeOf = behaviourScopes(fields, document.relations);
  const rules = Map.groupBy(document.rules, ({ entity }) => entity);
  const machines = Map.groupBy(document.state_machines, ({ entity }) => entity);
  const webhooks = Map.groupBy(document.webhooks, ({ entity }) => entity);
  return (entity) => ({
    rules: buildRules(rules.get(entity) ?? [], scopeOf(entity)),
    machines: (machines.get(entity) ?? [])
      .filter(({ active }) => active !== false)
      .map((machine) => buildMachine(machine, scopeOf(entity))),
    webhooks: buildWebhooks(webhooks.get(entity) ?? [], scopeOf(entity)),
  });
}

function buildWebhooks(definitions: readonly WebhookDefinition[], scope: BehaviourScope): EntityWebhooks {
  const read = definitions
    .filter(({ active }) => active !== false)
    .map((definition) => ({ definition, model: required(readWebhook(definition, scope, invalid)) }));
  const before = (hook: WebhookModel['event']) =>
    read.map(({ model }) => model).filter(({ event }) => event === hook);
  const after = (hook: AfterWebhook['event']): AfterWebhook[] =>
    read.flatMap(({ definition, model }) => {
      if (model.event !== hook) return [];
      const { method, headers } = model;
      const form = { method, headers, retry: readRetry(definition) };
      return [{ ...model, event: hook, form, identity: webhookIdentity(definition) }];
    });
  return {
    beforeWrite: before('before_write'),
    beforeDelete: before('before_delete'),
    afterWrite: after('after_write'),
    afterDelete: after('after_delete'),
  };
}

function buildRules(definitions: readonly RuleDefinition[], scope: BehaviourScope): EntityRules {
  const read = definitions
    .filter(({ active }) => active !== false)
    .map((definition) => ({ hook: definition.hook, read: required(readRule(definition, scope, invalid)) }));
  const ofHook = (isDelete: boolean) =>
    read.filter(({ hook }) => (hook === 'before_delete') === isDelete).map((rule) => rule.read);
  return {
    beforeWrite: { checks: checksOf(ofHook(false)), computed: computedOf(ofHook(false)) },
    beforeDelete: checksOf(ofHook(true)),
  };
}

/** All field rules come before all expression rules; each kind is in its own order already. */
function checksOf(rules: readonly ReadRule[]): (FieldRule | ExpressionRule)[] {
  const all = rules.map(({ rule }) => rule);
  return [
    ...all.filter((rule) => rule.kind === 'field'),
    ...all.filter((rule) => rule.kind === 'expression'),
  ];
}

function computedOf(rules: readonly ReadRule[]): ComputedRule[] {
  const computed = rules.flatMap(({ rule, expression }) =>
    rule.kind === 'computed' && expression !== null ? [{ field: rule.field.name, expression, rule }] : [],
  );
  const ordered = orderComputed(computed);
  if (!ordered.ok) throw notValid(`Computed fields need each other: ${ordered.cycle.join(', ')}`);
  return ordered.order.map(({ rule }) => rule);
}

function buildMachine({ field, definition }: StateMachineDefinition, scope: BehaviourScope): MachineModel {
  const { initial, transitions } = definition;
  return {
    field: fieldOf(scope, field),
    initial: initial === undefined || initial === null || initial === '' ? null : initial,
    transitions: transitions.map((transition) => buildTransition(transition, scope)),
  };
}

function buildTransition(definition: TransitionDefinition, scope: BehaviourScope): TransitionModel {
  const { from, to, roles, guard } = definition;
  return {
    from: new Set(typeof from === 'string' ? [from] : from),
    to,
    roles: roles === undefined || roles.length === 0 ? null : roles,
    guard: guard === undefined || guard === null || guard.trim() === '' ? null : buildGuard(guard, scope),
    actions: (definition.actions ?? []).flatMap((action) => buildAction(action, scope)),
  };
}

function buildGuard(text: string, scope: BehaviourScope): NonNullable<TransitionModel['guard']> {
  const { evaluate }: ReadExpression = required(
    readExpression(text, expressionScope(scope, []), (message) => invalid(['guard'], message)),
  );
  return { text, evaluate };
}

/**
 * Empty for an action that the engine does not know, or that creates nothing: the check of the document has warned of it.
 * So it is for a record that cannot be created: documents that were accepted before these were carried out have some.
 */
function buildAction(
  action: { readonly type: string; readonly [key: string]: JsonValue },
  scope: BehaviourScope,
): TransitionAction[] {
  if (action.type === 'set_field') return [buildSetField(action, scope)];
  if (action.type === 'create_record') {
    const creation = readCreation({ value: action, report: UNHEARD }, scope);
    return creation === null ? [] : [{ kind: 'create_record', ...creation }];
  }
  const effect = EFFECT_KINDS.find((kind) => kind === action.type);
  return effect === undefined ? [] : [{ kind: 'effect', effect, definition: action }];
}

function buildSetField(
  action: { readonly [key: string]: JsonValue },
  scope: BehaviourScope,
): TransitionAction {
  const field = fieldOf(scope, String(action['field']));
  const value = action['value'] ?? null;
  if (value === 'now') return { kind: 'now', field };
  if (value === null) return { kind: 'set', field, value };
  const coerced = coerceValue({ type: field.type, scale: field.scale }, value);
  if (!coerced.ok) throw notValid(`${field.name} must be ${coerced.expected}`);
  const bound = coerced.value;
  const isPlain = field.type !== 'json' && typeof bound !== 'object';
  return { kind: 'set', field, value: isPlain ? bound : JSON.stringify(bound) };
}

function fieldOf({ fields, entity }: BehaviourScope, name: string): FieldModel {
  const field = fields.get(name);
  if (field === undefined) throw notValid(`${entity} has no field ${JSON.stringify(name)}`);
  return field;
}

const invalid: Report = (path: JsonPath, message: string) => {
  throw notValid(`${formatPath(path)}: ${message}`);
};

function required<T>(read: T | null): T {
  if (read === null) throw notValid('A rule, guard or webhook cannot be read');
  return read;
}

function notValid(message: string): RocketError {
  return new RocketError('DOCUMENT_INVALID', message);
}
