import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

const RECORD_COLUMNS = [
  { name: 'title', type: 'string', required: true },
  { name: 'status', type: 'string', enum: ['open', 'doing', 'done', 'dropped'], default: 'open' },
  { name: 'mood', type: 'string' },
  { name: 'amount', type: 'decimal', precision: 2 },
  { name: 'done_at', type: 'timestamp' },
  { name: 'done_on', type: 'date' },
  { name: 'note', type: 'string' },
  { name: 'points', type: 'bigint' },
  { name: 'owner', type: 'string' },
  { name: 'parent_id', type: 'uuid' },
  { name: 'data', type: 'json' },
];
const DONE = [
  { type: 'set_field', field: 'done_at', value: 'now' },
  { type: 'set_field', field: 'done_on', value: 'now' },
  { type: 'set_field', field: 'points', value: '9007199254740993' },
  { type: 'set_field', field: 'data', value: { by: ['machine'] } },
  { type: 'create_record', entity: 'task', data: { title: 'follow up' } },
  { type: 'send_event', event: 'task_done' },
  { type: 'webhook', url: 'https://hooks.test/done' },
];
const FOLLOW_UP = {
  ...{ type: 'create_record', entity: 'task' },
  values: { title: { expression: 'record.note' }, parent_id: { expression: 'record.id' } },
};
const DOCUMENT = {
  version: 1,
  entities: [entity('task', RECORD_COLUMNS)],
  relations: [
    {
      name: 'children',
      type: 'one_to_many',
      source: 'task',
      target: 'task',
      source_key: 'id',
      target_key: 'parent_id',
      ownership: 'none',
      on_delete: 'set_null',
      graphql: { field: 'children', inverse_field: 'parent' },
    },
  ],
  rules: [
    {
      entity: 'task',
      hook: 'before_write',
      type: 'field',
      definition: { field: 'title', operator: 'max_length', value: 50, message: 'The title is too long' },
    },
  ],
  state_machines: [
    {
      entity: 'task',
      field: 'status',
      definition: {
        initial: 'open',
        transitions: [
          { from: 'open', to: 'doing' },
          { from: ['open', 'doing'], to: 'done', guard: 'record.amount > 10', actions: DONE },
          { from: 'doing', to: 'dropped', roles: ['Boss'] },
          { from: 'doing', to: 'dropped', guard: "record.note == 'useless'" },
          { from: 'dropped', to: 'open', guard: 'record.amount / 0 > 1' },
          {
            from: 'done',
            to: 'open',
            roles: ['boss'],
            actions: [{ type: 'set_field', field: 'done_at', value: null }],
          },
          { from: 'doing', to: 'doing', actions: [{ type: 'set_field', field: 'note', value: 'again' }] },
        ],
      },
    },
    {
      entity: 'task',
      field: 'mood',
      definition: {
        initial: 'calm',
        transitions: [
          { from: 'calm', to: 'worn out' },
          { from: 'calm', to: 'talkative', actions: [FOLLOW_UP] },
        ],
      },
    },
  ],
  permissions: [
    { entity: 'task', action: 'read', roles: ['worker', 'boss', 'guest', 'helper'] },
    { entity: 'task', action: 'create', roles: ['worker', 'boss'] },
    { entity: 'task', action: 'update', roles: ['boss'] },
    {
      entity: 'task',
      action: 'update',
      roles: ['worker'],
      conditions: [{ field: 'owner', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'task',
      action: 'update',
      roles: ['helper'],
      conditions: [
        { field: 'status', operator: 'in', value: ['open', 'doing', 'done'] },
        { field: 'points', operator: 'neq', value: '9007199254740993' },
      ],
    },
  ],
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app.dispose());
beforeEach(async () => {
  await app.database.query({ text: 'DELETE FROM tasks', values: [] });
  await app.database.query({ text: 'DELETE FROM _outbox', values: [] });
});

const WORKER = callerWith(['worker'], 'w');
const ERRORS = 'errors { code rule path message }';

async function write(
  mutation: string,
  caller = WORKER,
): Promise<{
  task: Record<string, unknown> | null;
  errors: { code: string; rule: string; path: string[]; message: string }[];
}> {
  const { data, errors } = await app.ask(
    `mutation { it: ${mutation} { task { id status mood doneAt doneOn points note data version } ${ERRORS} } }`,
    { caller },
  );
  expect(errors).toEqual([]);
  return data?.['it'] as Awaited<ReturnType<typeof write>>;
}

async function newTask(input = ''): Promise<string> {
  const { task, errors } = await write(`createTask(input: { title: "t", owner: "w" ${input} })`);
  expect(errors).toEqual([]);
  return String(task?.['id']);
}

const setStatus = (id: string, status: string, caller = WORKER) =>
  write(`updateTask(id: "${id}", patch: { status: ${status} })`, caller);
const transition = (id: string, to: string, more = '', caller = WORKER) =>
  write(`transitionTaskStatus(id: "${id}", to: ${to} ${more})`, caller);
const events = async () =>
  await app.database.query({ text: 'SELECT subject, payload FROM _outbox ORDER BY id', values: [] });

it('a new record begins in the initial state', async () => {
  expect(await write('createTask(input: { title: "t", status: DONE })')).toMatchObject({
    task: null,
    errors: [
      {
        code: 'VALIDATION_FAILED',
        rule: 'state_machine',
        path: ['input', 'status'],
        message: "Initial state must be 'open', got 'done'",
      },
    ],
  });
  expect(await write('createTask(input: { title: "t", status: OPEN })')).toMatchObject({
    task: { status: 'OPEN', mood: null },
  });
});

it('a field without a default has no state, and then enters the initial one', async () => {
  const id = await newTask();
  const refused = await write(`transitionTaskMood(id: "${id}", to: "worn out")`);
  expect(refused.errors).toMatchObject([
    { path: ['to'], message: "Invalid transition from no state to 'worn out'. Possible: calm" },
  ]);
  expect(await write(`updateTask(id: "${id}", patch: { mood: "calm" })`)).toMatchObject({
    task: { mood: 'calm' },
  });
  expect(await write(`transitionTaskMood(id: "${id}", to: "worn out")`)).toMatchObject({
    task: { mood: 'worn out' },
  });
  expect((await write(`updateTask(id: "${id}", patch: { mood: null })`)).errors).toMatchObject([
    { rule: 'state_machine', path: ['patch', 'mood'] },
  ]);
});

it('a plain update and a transition obey the same machine', async () => {
  const id = await newTask();
  const message = "Invalid transition from 'open' to 'dropped'. Possible: doing, done";
  expect((await setStatus(id, 'DROPPED')).errors).toMatchObject([
    { rule: 'state_machine', path: ['patch', 'status'], message },
  ]);
  expect((await transition(id, 'DROPPED')).errors).toMatchObject([
    { rule: 'state_machine', path: ['to'], message },
  ]);
  expect(await setStatus(id, 'OPEN')).toMatchObject({ errors: [], task: { version: 1 } });
  expect((await transition(id, 'OPEN')).errors).toMatchObject([{ path: ['to'] }]);
  expect(await transition(id, 'DOING')).toMatchObject({ errors: [], task: { status: 'DOING', version: 2 } });
  expect(await transition(id, 'DOING')).toMatchObject({ errors: [], task: { note: 'again' } });
});

it('a guard sees the record with the patch, and actions set fields at one instant', async () => {
  const id = await newTask('amount: "10"');
  expect((await transition(id, 'DONE')).errors).toMatchObject([
    { message: "from 'open' to 'done' is allowed only if record.amount > 10", path: ['to'] },
  ]);
  const { task, errors } = await transition(id, 'DONE', 'patch: { amount: "11" } expectedVersion: 1');
  expect(errors).toEqual([]);
  expect(task).toMatchObject({ status: 'DONE', points: '9007199254740993', data: { by: ['machine'] } });
  const at = String(task?.['doneAt']);
  expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000);
  expect(task?.['doneOn']).toBe(at.slice(0, 10));
});

it('what follows the commit is stored with the change, after it, and not without it', async () => {
  const id = await newTask('amount: "11"');
  await transition(id, 'DONE', 'patch: { title: "" }');
  expect(await events()).toHaveLength(1);
  await transition(id, 'DONE');
  const [, change, ...effects] = await events();
  expect(change?.[0]).toBe('rocket.ev.test_app.task.update');
  expect(effects.map(([subject]) => subject)).toEqual(
    ['send_event', 'webhook'].map((kind) => `rocket.fx.test_app.task.${kind}`),
  );
  expect(effects[0]?.[1]).toMatchObject({
    kind: 'effect',
    effect: 'send_event',
    definition: { event: 'task_done' },
    transition: { field: 'status', from: 'open', to: 'done' },
    entity: 'task',
    key: id,
    version: 2,
    actor: 'w',
    record: { status: 'done', title: 't' },
    epoch: 1,
  });
});

it('a transition creates a record, or is refused where it was asked for', async () => {
  const id = await newTask('mood: "calm"');
  expect(await write(`transitionTaskMood(id: "${id}", to: "talkative")`)).toEqual({
    task: null,
    errors: [
      {
        ...{ code: 'VALIDATION_FAILED', rule: 'required', path: ['to'] },
        message: 'No task can be created: title is required',
      },
    ],
  });
  const said = await write(`transitionTaskMood(id: "${id}", to: "talkative", patch: { note: "say" })`);
  expect(said).toMatchObject({ errors: [], task: { mood: 'talkative' } });
  const { data } = await app.ask(`{ task(id: "${id}") { children { title status mood } } }`);
  expect(data).toEqual({ task: { children: [{ title: 'say', status: 'OPEN', mood: null }] } });
});

it('roles decide, except for administrators; of several transitions one has to allow it', async () => {
  const id = await newTask('amount: "20"');
  await transition(id, 'DOING');
  expect((await transition(id, 'DROPPED')).errors).toMatchObject([
    { code: 'FORBIDDEN', rule: 'state_machine', message: "Only Boss may change status to 'dropped'" },
  ]);
  expect(await transition(id, 'DROPPED', 'patch: { note: "useless" }')).toMatchObject({
    task: { status: 'DROPPED' },
  });
  expect((await transition(id, 'OPEN')).errors).toMatchObject([
    { message: expect.stringMatching(/"record.amount \/ 0 > 1" cannot be evaluated/) },
  ]);
  const other = await newTask('amount: "20"');
  await transition(other, 'DONE');
  expect((await transition(other, 'OPEN')).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  expect(await transition(other, 'OPEN', '', callerWith(['BOSS']))).toMatchObject({ task: { doneAt: null } });
  await transition(other, 'DONE');
  const { data } = await app.ask(
    `mutation { transitionTaskStatus(id: "${other}", to: OPEN) { task { status } } }`,
  );
  expect(data).toEqual({ transitionTaskStatus: { task: { status: 'OPEN' } } });
});

it('the state is not part of the patch, and a version may be expected', async () => {
  const id = await newTask();
  expect((await transition(id, 'DOING', 'patch: { status: DONE }')).errors).toMatchObject([
    { path: ['patch', 'status'] },
  ]);
  expect((await transition(id, 'DOING', 'expectedVersion: 7')).errors).toMatchObject([
    { code: 'VERSION_CONFLICT' },
  ]);
  expect((await transition(id, 'DOING', 'patch: { title: null }')).errors).toMatchObject([
    { path: ['patch', 'title'], rule: 'required' },
  ]);
});

it('a type lists what the state may become, for this caller and this record', async () => {
  const id = await newTask('amount: "20.50"');
  await newTask(`parentId: "${id}" data: { deep: [{ n: 12345678901234567890 }] }`);
  await transition(id, 'DOING');
  const asked = '{ to allowed why: reason __typename }';
  const query = `{
    task(id: "${id}") { s: statusTransitions ${asked} moodTransitions { to } amount
      children { title data statusTransitions { allowed to } } childrenConnection { nodes { statusTransitions { to } } } }
    tasks(where: { parentId: { isNull: true } }) { statusTransitions { to allowed } }
  }`;
  const to = (state: string, why: string | null) => ({
    to: state,
    allowed: why === null,
    why,
    __typename: 'TaskStatusTransition',
  });
  const { data, errors, statements } = await app.ask(query, { caller: WORKER });
  expect(errors).toEqual([]);
  expect(statements).toBe(1);
  const child = [
    { to: 'DOING', allowed: true },
    { to: 'DONE', allowed: false },
  ];
  expect(data).toEqual({
    task: {
      s: [to('DONE', null), to('DROPPED', "Only Boss may change status to 'dropped'"), to('DOING', null)],
      moodTransitions: [{ to: 'calm' }],
      amount: '20.50',
      children: [
        {
          title: 't',
          data: { deep: [{ n: 12345678901234567000 }] },
          statusTransitions: child.map(({ to: state, allowed }) => ({ allowed, to: state })),
        },
      ],
      childrenConnection: { nodes: [{ statusTransitions: child.map(({ to: state }) => ({ to: state })) }] },
    },
    tasks: [
      {
        statusTransitions: [
          { to: 'DONE', allowed: true },
          { to: 'DROPPED', allowed: false },
          { to: 'DOING', allowed: true },
        ],
      },
    ],
  });
  const guest = await app.ask(`{ task(id: "${id}") { statusTransitions { allowed reason } } }`, {
    caller: callerWith(['guest']),
  });
  expect(guest.data?.['task']).toMatchObject({
    statusTransitions: Array(3).fill({ allowed: false, reason: 'You may not update this task' }),
  });
  const text = await app.answer(`{ tasks { data statusTransitions { to } } }`);
  expect(text.json()).toContain('"n":12345678901234567890');
});

it('a change that would take the record out of the policies of the caller is listed as one they may not make', async () => {
  const helper = callerWith(['helper']);
  const id = await newTask('note: "useless" amount: 20 points: 1');
  await transition(id, 'DOING');
  const { data } = await app.ask(`{ task(id: "${id}") { statusTransitions { to allowed reason } } }`, {
    caller: helper,
  });
  expect(data?.['task']).toEqual({
    statusTransitions: [
      // Its action sets the points.
      { to: 'DONE', allowed: false, reason: "You may not change status to 'done'" },
      { to: 'DROPPED', allowed: false, reason: "You may not change status to 'dropped'" },
      { to: 'DOING', allowed: true, reason: null },
    ],
  });
  const change = (to: string) =>
    app.ask(`mutation { transitionTaskStatus(id: "${id}", to: ${to}) { task { status note } ${ERRORS} } }`, {
      caller: helper,
    });
  for (const to of ['DONE', 'DROPPED']) {
    expect((await change(to)).errors).toMatchObject([
      { message: 'You may not update this task to what it would become', code: 'FORBIDDEN' },
    ]);
  }
  const again = { transitionTaskStatus: { task: { status: 'DOING', note: 'again' }, errors: [] } };
  expect((await change('DOING')).data).toEqual(again);
});

it('entities that a gateway asks for and payloads list them too', async () => {
  const id = await newTask();
  const { data, errors } = await app.ask(
    `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Task { statusTransitions { to } } } }`,
    { variables: { r: [{ __typename: 'Task', id }] } },
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({ _entities: [{ statusTransitions: [{ to: 'DOING' }, { to: 'DONE' }] }] });
  const payload = await app.ask(
    `mutation { transitionTaskStatus(id: "${id}", to: DOING) { task { statusTransitions { to } } } }`,
  );
  expect(payload.data).toMatchObject({ transitionTaskStatus: { task: { statusTransitions: [{}, {}, {}] } } });
});

it('the schema says what refuses a write', () => {
  const fields = app.schema.getMutationType()?.getFields();
  expect(fields?.['createTask']?.description).toContain('status begins as OPEN.');
  expect(fields?.['transitionTaskStatus']?.description).toContain(
    '\n* OPEN or DOING to DONE if `record.amount > 10`\n',
  );
  for (const name of ['createTask', 'updateTask', 'transitionTaskStatus'])
    expect(fields?.[name]?.description).toContain('Refused where a rule says: The title is too long.');
  const along = app.schema.getType('ChildrenItemInput');
  expect(along?.description).toContain('status begins as OPEN.');
  expect(along?.description).toContain('Refused where a rule says: The title is too long.');
  const members = isInputObjectType(along) ? along.getFields() : {};
  expect(members['title']?.description).toBe('Required of a new record.');
  expect(members['status']?.description ?? '').toBe('');
  expect(members['children']?.description).toBe('Related records that are written along.');
});
