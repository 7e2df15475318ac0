import { z } from 'zod';
import { WEBHOOK_METHODS } from '../../webhooks/webhook-request.ts';
import { CONDITION_OPERATORS } from '../types.ts';
import {
  accessShape,
  flag,
  json,
  jsonObject,
  jsonObjectOf,
  nonEmptyText,
  openShape,
  optional,
  shape,
  text,
} from './shape.ts';

/** Properties of a rule's definition. `stop_on_fail` and `related_load` are Rocket's. */
const RULE_PROPERTIES = [
  'field',
  'operator',
  'value',
  'expression',
  'message',
  'stop_on_fail',
  'related_load',
];

export const ruleShape = shape({
  entity: nonEmptyText,
  hook: optional(z.enum(['before_write', 'before_delete'])),
  type: z.enum(['field', 'expression', 'computed']),
  definition: jsonObjectOf(RULE_PROPERTIES),
  priority: optional(z.int()),
  active: optional(flag),
});

/** Of one machine. */
const MAX_TRANSITIONS = 500;

/** An access shape, because a transition's roles and guard decide who may change a state, and when. */
const transitionShape = accessShape({
  from: z.union([text, z.array(text).min(1)]),
  to: text,
  roles: optional(z.array(nonEmptyText)),
  guard: optional(text),
  actions: optional(z.array(openShape({ type: nonEmptyText }))),
});

export const stateMachineShape = shape({
  entity: nonEmptyText,
  field: nonEmptyText,
  active: optional(flag),
  definition: shape({
    initial: optional(text),
    transitions: z.array(transitionShape).min(1).max(MAX_TRANSITIONS),
  }),
});

/** Of one workflow. */
const MAX_STEPS = 200;

export const workflowShape = shape({
  name: nonEmptyText,
  active: optional(flag),
  trigger: openShape({ type: nonEmptyText }),
  context: optional(jsonObject),
  steps: z
    .array(openShape({ id: nonEmptyText, type: nonEmptyText }))
    .min(1)
    .max(MAX_STEPS),
});

export const permissionShape = accessShape({
  entity: nonEmptyText,
  action: z.enum(['read', 'create', 'update', 'delete']),
  roles: z.array(nonEmptyText),
  conditions: optional(
    z.array(accessShape({ field: nonEmptyText, operator: z.enum(CONDITION_OPERATORS), value: json })),
  ),
});

export const webhookShape = shape({
  entity: nonEmptyText,
  hook: optional(z.enum(['after_write', 'before_write', 'after_delete', 'before_delete'])),
  url: nonEmptyText,
  method: optional(z.enum(WEBHOOK_METHODS)),
  headers: optional(z.record(z.string(), text)),
  condition: optional(text),
  async: optional(flag),
  retry: optional(shape({ max_attempts: optional(z.int().min(1)), backoff: optional(text) })),
  active: optional(flag),
});

export const uiConfigShape = shape({
  entity: nonEmptyText,
  scope: optional(nonEmptyText),
  config: jsonObject,
});
