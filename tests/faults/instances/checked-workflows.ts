/** A document whose workflows use each kind of step, and leave a record of all that they do: doubles can be seen. */
const ENTITY = { primary_key: { field: 'id', type: 'uuid', generated: true } };
const text = (name: string) => ({ name, type: 'string' });
const entity = (name: string, ...fields: readonly string[]) => ({
  ...ENTITY,
  ...{ name, table: `${name}s`, fields: [{ name: 'id', type: 'uuid' }, ...fields.map(text)] },
});
const JOB = { expression: 'context.job' };

/** The step leaves a record of itself. */
const action = (id: string, to: string, ...more: readonly object[]) => {
  const effect = { type: 'create_record', entity: 'effect', values: { job: JOB, step: id } };
  // Spelled out in an object, `then` would look like a promise.
  return { ...{ id, type: 'action', actions: [effect, ...more] }, ...Object.fromEntries([['then', to]]) };
};

export const APPROVAL_MS = 500;
export const WAIT_MS = 200;

/** What each instance of `build` leaves beside the record of its decision; `ship` leaves the last one. */
export const STEPS = ['first', 'second', 'third', 'rested', 'last', 'shipped'] as const;

export type Decision = 'approved' | 'rejected' | 'timed_out';

const BUILD = {
  name: 'build',
  trigger: { type: 'record_created', entity: 'job' },
  context: { job: 'record_id' },
  steps: [
    action('first', 'second'),
    action('second', 'third'),
    action('third', 'both'),
    {
      ...{ id: 'both', type: 'parallel', branches: ['ask', 'rest'], join: 'all' },
      ...Object.fromEntries([['then', 'last']]),
    },
    {
      ...{
        id: 'ask',
        type: 'approval',
        assignee: { type: 'role', role: 'boss' },
        timeout: `${APPROVAL_MS}ms`,
      },
      ...{ on_approve: 'approved', on_reject: 'rejected', on_timeout: 'timed_out' },
    },
    ...(['approved', 'rejected', 'timed_out'] as const).map((id) => action(id, 'end')),
    {
      ...{ id: 'rest', type: 'wait', duration: `${WAIT_MS}ms` },
      ...Object.fromEntries([['then', 'rested']]),
    },
    action('rested', 'end'),
    action('last', 'end', { type: 'send_event', event: 'built' }),
  ],
};

/** @param receiver that the workflow `call` asks */
export const checkedDocument = (receiver: string) => ({
  version: 1,
  entities: [entity('job', 'title'), entity('effect', 'job', 'step'), entity('call', 'title')],
  permissions: [],
  workflows: [
    BUILD,
    {
      name: 'ship',
      trigger: { type: 'event', event: 'built' },
      context: { job: 'trigger.payload.job' },
      steps: [action('shipped', 'end')],
    },
    {
      name: 'call',
      trigger: { type: 'record_created', entity: 'call' },
      context: { job: 'record_id' },
      steps: [action('called', 'end', { type: 'webhook', url: receiver })],
    },
  ],
});
