/** Documents of tests of workflows: entities with what most of them need, and short forms of steps. */
import { callerWith, entity } from './write-app.ts';

/** For a computed property, since an object written with a `then` looks like a promise to linters. */
export const THEN = 'then';

export const MANAGER = callerWith(['Manager'], 'u-boss');

export const TASK = entity('task', [
  { name: 'title', type: 'string' },
  { name: 'status', type: 'string', default: 'new' },
  { name: 'count', type: 'int' },
  { name: 'at', type: 'timestamp' },
  { name: 'day', type: 'date' },
]);
export const LOG = entity('log', [
  { name: 'text', type: 'string', required: true },
  { name: 'at', type: 'timestamp' },
]);

export function workflowDocument(workflows: readonly object[], more: Record<string, unknown> = {}): object {
  return { version: 1, entities: [TASK, LOG], workflows, ...more };
}

export function workflow(name: string, trigger: object, steps: readonly object[], more: object = {}): object {
  const context = 'entity' in trigger ? { record_id: 'trigger.record_id' } : {};
  return { name, active: true, trigger, context, steps, ...more };
}

export const CREATED = { type: 'record_created', entity: 'task' };

export function step(id: string, type: string, properties: Record<string, unknown> = {}): object {
  return { id, type, ...properties };
}

export function act(id: string, actions: readonly object[], then: string = 'end'): object {
  return step(id, 'action', { actions, [THEN]: then });
}

export function log(text: string): object {
  return { type: 'create_record', entity: 'log', values: { text } };
}

export function logged(expression: string): object {
  return { type: 'create_record', entity: 'log', values: { text: { expression } } };
}

export function setTask(field: string, value: unknown): object {
  return { type: 'set_field', entity: 'task', record_id: 'context.record_id', field, value };
}

export function send(event: string, payload?: unknown): object {
  return { type: 'send_event', event, ...(payload === undefined ? {} : { payload }) };
}

export function approval(id: string, more: Record<string, unknown> = {}): object {
  return step(id, 'approval', { assignee: { type: 'role', role: 'manager' }, ...more });
}
