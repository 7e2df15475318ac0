/** Writes and changes of tables at their edges. */
import { createDatabase } from '@rocket/platform';
import { epoch, shardName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppDatabases } from '../../src/databases/app-databases.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { callerWith, createWriteApp, entity, LOGGER } from '../support/write-app.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const ANONYMOUS = { userId: null, email: null, roles: [], isAdmin: false };

const NOTE = entity('note', [
  { name: 'text', type: 'string' },
  { name: 'extra', type: 'json' },
  { name: 'seen_at', type: 'timestamp', auto: 'update' },
  { name: 'made_on', type: 'date', auto: 'create' },
  { name: 'parent_id', type: 'uuid' },
  { name: 'copy_id', type: 'uuid' },
]);
const DOCUMENT = {
  version: 1,
  entities: [NOTE],
  relations: [
    {
      name: 'a',
      type: 'one_to_many',
      source: 'note',
      target: 'note',
      target_key: 'parent_id',
      on_delete: 'cascade',
    },
    {
      name: 'b',
      type: 'one_to_many',
      source: 'note',
      target: 'note',
      target_key: 'copy_id',
      on_delete: 'cascade',
    },
  ],
  permissions: [{ entity: 'note', action: 'create', roles: ['writer'] }],
};

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
});
afterAll(() => app?.dispose());

describe('times that the engine sets', () => {
  it('are found again by the value that was read', async () => {
    const made = await app.ask('mutation { createNote(input: {text: "t"}) { note { id seenAt } } }');
    const { id, seenAt } = JSON.parse(JSON.stringify(made.data)).createNote.note;
    for (const operator of ['eq', 'lte', 'gte']) {
      const { data } = await app.ask(
        `{ notes(where: {seenAt: {${operator}: "${seenAt}"}, id: {eq: "${id}"}}) { id } }`,
      );
      expect([operator, data]).toEqual([operator, { notes: [{ id }] }]);
    }
  });

  it.each(['Etc/GMT+12', 'Pacific/Kiritimati'])('are dates of UTC on a server in %s', async (zone) => {
    const url = `${app.url}?options=${encodeURIComponent(`-c TimeZone=${zone}`)}`;
    const zoned = createDatabase({ url, logger: LOGGER });
    const before = new Date().toISOString().slice(0, 10);
    const made = await app.ask('mutation { createNote(input: {text: "t"}) { note { madeOn } } }', {
      database: zoned,
    });
    const after = new Date().toISOString().slice(0, 10);
    await zoned.close();
    expect([before, after]).toContain(JSON.parse(JSON.stringify(made.data)).createNote.note.madeOn);
  });
});

describe('json values', () => {
  it('nested beyond any use are refused as data', async () => {
    let extra: unknown = 1;
    for (let level = 0; level < 3_000; level += 1) extra = [extra];
    const { data, errors } = await app.ask(
      'mutation ($extra: JSON) { createNote(input: {extra: $extra}) { errors { code path rule } } }',
      { variables: { extra } },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      createNote: { errors: [{ code: 'VALIDATION_FAILED', path: ['input', 'extra'], rule: 'type' }] },
    });
  });
});

describe('a caller who did not sign in', () => {
  it('gets UNAUTHENTICATED where a signed-in caller gets FORBIDDEN', async () => {
    const create = 'mutation { createNote(input: {text: "t"}) { errors { code } } }';
    expect((await app.ask(create, { caller: ANONYMOUS })).errors.map(({ code }) => code)).toEqual([
      'UNAUTHENTICATED',
    ]);
    expect((await app.ask(create, { caller: callerWith([]) })).errors.map(({ code }) => code)).toEqual([
      'FORBIDDEN',
    ]);
  });
});

describe('a cascade', () => {
  it('takes children that hang on by two relations and those that hang on by one', async () => {
    const root = uuid(1);
    await app.database.query({
      text: `INSERT INTO notes (id, parent_id, copy_id)
             SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
               CASE WHEN n BETWEEN 2 AND 6001 THEN $1::uuid END, CASE WHEN n > 1 THEN $1::uuid END
             FROM generate_series(1, 6005) n`,
      values: [root],
    });
    const { data, errors } = await app.ask(`mutation { deleteNote(id: "${root}") { errors { code } } }`);
    expect([data, errors]).toEqual([{ deleteNote: { errors: [] } }, []]);
    const left = await app.database.query({
      text: 'SELECT count(*)::integer FROM notes WHERE copy_id = $1::uuid',
      values: [root],
    });
    expect(left).toEqual([[0]]);
  });
});

describe('relations across apps', () => {
  const crm = {
    version: 1,
    exports: ['country', 'customer', 'shop'],
    entities: [
      {
        name: 'country',
        table: 'countries',
        primary_key: { field: 'iso', type: 'string', generated: false },
        fields: [{ name: 'iso', type: 'string', required: true }],
      },
      entity('customer', []),
      entity('shop', [], { keyType: 'int' }),
    ],
  };
  const helpdesk = {
    version: 1,
    entities: [
      entity('ticket', [
        { name: 'country_iso', type: 'string' },
        { name: 'customer_id', type: 'string' },
        { name: 'client_id', type: 'int' },
        { name: 'shop_id', type: 'bigint' },
      ]),
    ],
    relations: [
      { name: 'r1', type: 'one_to_many', source: 'crm.country', target: 'ticket', target_key: 'country_iso' },
      {
        name: 'r2',
        type: 'one_to_many',
        source: 'crm.customer',
        target: 'ticket',
        target_key: 'customer_id',
      },
      { name: 'r3', type: 'one_to_many', source: 'crm.customer', target: 'ticket', target_key: 'client_id' },
      { name: 'r4', type: 'one_to_many', source: 'crm.shop', target: 'ticket', target_key: 'shop_id' },
    ],
    sample_data: {
      ticket: [{ id: uuid(1), country_iso: 'DE', customer_id: uuid(9), client_id: 5, shop_id: '7' }],
    },
  };

  it('work from keys of any name and type; what cannot match is empty', async () => {
    const desk = await createReadApp(helpdesk, { app: 'helpdesk', others: [{ app: 'crm', document: crm }] });
    try {
      const { data, errors } = await desk.ask(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) {
          ... on CrmCountry { tickets { id country { iso } } ticketsConnection { totalCount } }
          ... on CrmCustomer { tickets { id } byClient: ticketsByClientId { id } }
          ... on CrmShop { tickets { id } } } }`,
        {
          variables: {
            representations: [
              { __typename: 'CrmCountry', iso: 'DE' },
              { __typename: 'CrmCustomer', id: uuid(9) },
              { __typename: 'CrmShop', id: '7' },
            ],
          },
        },
      );
      expect(errors).toEqual([]);
      expect(data).toEqual({
        _entities: [
          { tickets: [{ id: uuid(1), country: { iso: 'DE' } }], ticketsConnection: { totalCount: 1 } },
          { byClient: [], tickets: [{ id: uuid(1) }] },
          { tickets: [{ id: uuid(1) }] },
        ],
      });
    } finally {
      await desk.dispose();
    }
  });
});

describe('a change of tables', () => {
  it('keeps values that rows have in the list of values', async () => {
    const listed = (values: readonly string[]) => ({
      version: 1,
      entities: [entity('task', [{ name: 'status', type: 'string', required: true, enum: values }])],
    });
    const write = await createWriteApp();
    try {
      await write.activate({ ...listed(['open', 'done']), sample_data: { task: [{ status: 'done' }] } });
      await expect(write.activate(listed(['open', 'closed']), { revision: 2 })).rejects.toMatchObject({
        code: 'DESTRUCTIVE_CHANGE',
        details: { changes: [{ place: 'task.status' }] },
      });
      await write.activate(listed(['open', 'closed', 'done']), { revision: 2 });
      await write.activate(listed(['done']), { revision: 3 });
    } finally {
      await write.dispose();
    }
  });

  it('says when stored texts are too long for an index', async () => {
    const text = (indexed: boolean) => ({
      version: 1,
      entities: [entity('task', [{ name: 'body', type: 'text', indexed }])],
    });
    const body = Array.from({ length: 4_000 }, (_, n) =>
      String.fromCodePoint(33 + ((n * 7_919) % 20_000)),
    ).join('');
    const write = await createWriteApp();
    try {
      await expect(
        write.activate({ ...text(true), sample_data: { task: [{ body }] } }),
      ).rejects.toMatchObject({
        code: 'DOCUMENT_INVALID',
      });
      await write.activate({ ...text(false), sample_data: { task: [{ body }] } });
      // A filled table serves without an index that its rows refuse; the report says so.
      const { changes } = await write.activate(text(true), { revision: 2 });
      expect(changes.join()).toMatch(/could not create .* for task\.body: .*too long/);
    } finally {
      await write.dispose();
    }
  });
});

describe('databases of placed apps', () => {
  it('are not opened again for a request of an earlier epoch', () => {
    const opened: number[] = [];
    const databases = createAppDatabases(
      (placement) => {
        opened.push(placement.epoch);
        return app.database;
      },
      (error) => {
        throw error;
      },
    );
    const placed = (at: number) => ({
      app: app.model.app,
      shard: shardName('s1'),
      database: 'd',
      epoch: epoch(at),
      state: 'active' as const,
      since: null,
      movingTo: null,
    });
    databases.get(placed(2));
    expect(() => databases.get(placed(1))).toThrow(/epoch/);
    expect(opened).toEqual([2]);
  });
});
