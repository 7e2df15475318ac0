/** Records that are written along with their parent: what becomes of each in the three modes, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  helpdesk,
  type Input,
  keyOf,
  type NestedApp,
  NOBODY,
} from '../support/nested-app.ts';
import { callerWith } from '../support/write-app.ts';

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(helpdesk);
});
afterAll(() => app.app.dispose());
beforeEach(() => app.clear());

const AGENT = callerWith(['agent']);

const bodies = async (ticket: string) =>
  (
    await app.rows(
      'SELECT body FROM responses WHERE ticket_id = $1::uuid AND deleted_at IS NULL ORDER BY body',
      [ticket],
    )
  ).map(([body]) => body);
const idOf = async (body: string) =>
  String((await app.rows('SELECT id FROM responses WHERE body = $1', [body]))[0]?.[0]);
const ticket = async (...responses: string[]) =>
  keyOf(await app.create('ticket', { title: 't', responses: { data: responses.map((body) => ({ body })) } }));
const events = async () =>
  (await app.rows('SELECT payload FROM _outbox ORDER BY id')).map(([payload]) => {
    const { entity, op } = payload as Record<string, unknown>;
    return `${op} ${entity}`;
  });
const respond = (id: string, mode: string | undefined, data: readonly Input[], caller = callerWith([])) =>
  app.update(
    'ticket',
    id,
    { responses: { ...(mode === undefined ? {} : { mode }), data } },
    caller.roles.length > 0 ? caller : undefined,
  );

describe('children', () => {
  it('are made with their parent, in order, with their own children, in one transaction', async () => {
    const result = await app.create('ticket', {
      title: 'Broken',
      responses: {
        data: [{ body: 'one', attachments: { data: [{ name: 'a' }, { name: 'b' }] } }, { body: 'two' }],
      },
    });
    expect(await bodies(keyOf(result))).toEqual(['one', 'two']);
    expect(
      await app.rows(
        'SELECT r.body, a.name FROM attachments a JOIN responses r ON r.id = a.response_id ORDER BY a.name',
      ),
    ).toEqual([
      ['one', 'a'],
      ['one', 'b'],
    ]);
    expect(await events()).toEqual([
      'create ticket',
      'create response',
      'create response',
      'create attachment',
      'create attachment',
    ]);
  });

  describe.each([undefined, 'DIFF'])('in mode %s', (mode) => {
    it('are added, changed and deleted; the others stay', async () => {
      const id = await ticket('a', 'b', 'c');
      keyOf(
        await respond(id, mode, [
          { body: 'new' },
          { id: await idOf('a'), body: 'a2' },
          { id: await idOf('b'), delete: true },
        ]),
      );
      expect(await bodies(id)).toEqual(['a2', 'c', 'new']);
      // Softly, as the entity says.
      expect(await app.rows('SELECT deleted_at IS NOT NULL FROM responses WHERE body = $1', ['b'])).toEqual([
        [true],
      ]);
    });
  });

  it('in mode REPLACE are what is named, and nothing else', async () => {
    const id = await ticket('a', 'b', 'c');
    const other = await ticket('of another');
    const data = [
      { body: 'new' },
      { id: await idOf('a'), body: 'a2' },
      { id: await idOf('b'), delete: true },
    ];
    keyOf(await respond(id, 'REPLACE', data));
    expect(await bodies(id)).toEqual(['a2', 'new']);
    expect(await bodies(other)).toEqual(['of another']);
    keyOf(await respond(id, 'REPLACE', []));
    expect(await bodies(id)).toEqual([]);
  });

  it('in mode APPEND are added; to name others is refused', async () => {
    const id = await ticket('a', 'b');
    keyOf(await respond(id, 'APPEND', [{ body: 'new', id: null }]));
    expect(await bodies(id)).toEqual(['a', 'b', 'new']);
    const data = [{ id: await idOf('a'), body: 'x' }, { id: await idOf('b'), delete: true }, { id: NOBODY }];
    expect(faults(await respond(id, 'APPEND', data))).toEqual([
      'VALIDATION_FAILED patch.responses.data.0.id append',
      'VALIDATION_FAILED patch.responses.data.1.delete append',
      'VALIDATION_FAILED patch.responses.data.2.id append',
    ]);
  });

  it.each(['DIFF', 'REPLACE'])('of nobody or of another parent are not found in mode %s', async (mode) => {
    const id = await ticket('a');
    await ticket('of another');
    const foreign = await idOf('of another');
    const data = [
      { id: NOBODY, body: 'x' },
      { id: foreign, body: 'x' },
      { id: foreign.toUpperCase(), delete: true },
      { id: 'nonsense' },
    ];
    expect(faults(await respond(id, mode, data.slice(0, 2)))).toEqual([
      'NOT_FOUND patch.responses.data.0.id null',
      'NOT_FOUND patch.responses.data.1.id null',
    ]);
    expect(faults(await respond(id, mode, data.slice(2, 3)))).toEqual([
      'NOT_FOUND patch.responses.data.0.id null',
    ]);
    expect(faults(await respond(id, mode, data.slice(3)))).toEqual([
      'NOT_FOUND patch.responses.data.0.id null',
    ]);
    expect(
      faults(await app.create('ticket', { title: 't', responses: { mode, data: data.slice(1, 2) } })),
    ).toEqual(['NOT_FOUND input.responses.data.0.id null']);
    expect(await bodies(id)).toEqual(['a']);
  });

  it('are named once in a list, and by a key where they are to go', async () => {
    const id = await ticket('a');
    const one = await idOf('a');
    expect(
      faults(
        await respond(id, 'DIFF', [{ id: one }, { id: one.toUpperCase(), delete: true }, { delete: true }]),
      ),
    ).toEqual([
      'VALIDATION_FAILED patch.responses.data.1.id duplicate',
      'VALIDATION_FAILED patch.responses.data.2.id required',
    ]);
  });

  it('use the mode of their relation where the input names none', async () => {
    const [first, ...others] = helpdesk.relations;
    const replacing = await createNestedApp({
      ...helpdesk,
      relations: [{ ...first, write_mode: 'replace' }, ...others],
    });
    try {
      const data = [{ body: 'a' }, { body: 'b' }];
      const id = keyOf(await replacing.create('ticket', { title: 't', responses: { data } }));
      keyOf(await replacing.update('ticket', id, { responses: { data: [{ body: 'c' }] } }));
      expect(await replacing.rows('SELECT body FROM responses WHERE deleted_at IS NULL')).toEqual([['c']]);
      keyOf(await replacing.update('ticket', id, { responses: null }));
      expect(await replacing.rows('SELECT body FROM responses WHERE deleted_at IS NULL')).toEqual([['c']]);
    } finally {
      await replacing.app.dispose();
    }
  });

  it('that do not change keep their version and have no event', async () => {
    const id = await ticket('a', 'b', 'c');
    await app.rows('TRUNCATE _outbox');
    const data = [
      { id: await idOf('a'), body: 'a' },
      { id: await idOf('b'), body: 'b2' },
      { id: await idOf('c') },
    ];
    keyOf(await respond(id, 'DIFF', data));
    expect(await events()).toEqual(['update response']);
    expect(await app.rows('SELECT body, _version FROM responses ORDER BY body')).toEqual([
      ['a', 1],
      ['b2', 2],
      ['c', 1],
    ]);
  });

  it('go with all that hangs on them', async () => {
    const id = await ticket('a');
    const response = await idOf('a');
    const data = [{ id: response, attachments: { data: [{ name: 'a' }] } }];
    keyOf(await respond(id, 'DIFF', data));
    await app.rows('TRUNCATE _outbox');
    keyOf(await respond(id, 'REPLACE', []));
    expect(await app.rows('SELECT name FROM attachments')).toEqual([]);
    expect((await events()).sort()).toEqual(['delete attachment', 'delete response']);
  });
});

describe('faults', () => {
  it('of all records of a level come together, each with its path', async () => {
    const result = await app.create('ticket', {
      title: 'ok',
      responses: { data: [{ body: 'fine' }, { body: null }, {}] },
      card: { data: [{ number: 'half \ud83d' }] },
    });
    expect(faults(result)).toEqual([
      'VALIDATION_FAILED input.responses.data.1.body required',
      'VALIDATION_FAILED input.responses.data.2.body required',
      'VALIDATION_FAILED input.card.data.0.number type',
    ]);
    expect(await app.rows('SELECT count(*)::int FROM tickets')).toEqual([[0]]);
  });

  it('of the second level have its path', async () => {
    const id = await ticket('a');
    const attachments = { data: [{ name: 'a' }, { name: 'nothing' }, {}] };
    expect(faults(await respond(id, 'DIFF', [{ id: await idOf('a'), attachments }]))).toEqual([
      'VALIDATION_FAILED patch.responses.data.0.attachments.data.1.name enum',
      'VALIDATION_FAILED patch.responses.data.0.attachments.data.2.name required',
    ]);
  });

  it('of unique values name each record, within the list and beside it', async () => {
    const id = await ticket('a');
    keyOf(await respond(id, 'DIFF', [{ body: 'b', code: 'taken' }]));
    const data = [
      { body: '1', code: 'x' },
      { body: '2', code: 'taken' },
      { body: '3', code: 'y' },
      { body: '4', code: 'x' },
    ];
    expect(faults(await respond(id, 'APPEND', data))).toEqual([
      'UNIQUE_VIOLATION patch.responses.data.1.code unique',
      'UNIQUE_VIOLATION patch.responses.data.3.code unique',
    ]);
    expect(await bodies(id)).toEqual(['a', 'b']);
  });

  it('a unique value is free again when its record goes by the same write', async () => {
    keyOf(await app.create('ticket', { title: 't', card: { data: [{ number: '1' }] } }));
    const [[id, card] = []] = await app.rows('SELECT ticket_id, id FROM cards');
    keyOf(await app.update('ticket', String(id), { card: { mode: 'REPLACE', data: [{ number: '1' }] } }));
    expect(await app.rows('SELECT number, id <> $1::uuid FROM cards', [card])).toEqual([['1', true]]);
  });

  it('a unique value is free for a new record when another one gives it up', async () => {
    const id = await ticket();
    keyOf(await respond(id, 'DIFF', [{ body: 'old', code: '1' }]));
    const data = [
      { body: 'new', code: '1' },
      { id: await idOf('old'), code: '2' },
    ];
    keyOf(await respond(id, 'DIFF', data));
    expect(await app.rows('SELECT body, code FROM responses ORDER BY code')).toEqual([
      ['new', '1'],
      ['old', '2'],
    ]);
  });
});

describe('permissions', () => {
  it('of children are asked for each of them', async () => {
    const path = ['input', 'responses', 'data', '1', 'id'];
    const data = [{ body: 'fine' }, { body: 'forbidden' }];
    await expect(app.create('ticket', { title: 't', responses: { data } }, AGENT)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { inputPath: path },
    });
    const id = await ticket('fixed', 'free');
    const fixed = await idOf('fixed');
    const forbidden = { code: 'FORBIDDEN' };
    await expect(respond(id, 'DIFF', [{ id: fixed, body: 'x' }], AGENT)).rejects.toMatchObject(forbidden);
    await expect(respond(id, 'DIFF', [{ id: fixed, delete: true }], AGENT)).rejects.toMatchObject(forbidden);
    await expect(respond(id, 'REPLACE', [], AGENT)).rejects.toMatchObject(forbidden);
    await expect(
      respond(id, 'DIFF', [{ id: await idOf('free'), body: 'fixed' }], AGENT),
    ).rejects.toMatchObject(forbidden);
    await expect(
      app.create('ticket', { title: 't', card: { data: [{ number: '1' }] } }, AGENT),
    ).rejects.toMatchObject(forbidden);
    expect(await bodies(id)).toEqual(['fixed', 'free']);
  });

  it('hide children, which are then not found and not replaced', async () => {
    const id = await ticket('hidden', 'seen');
    expect(faults(await respond(id, 'DIFF', [{ id: await idOf('hidden'), body: 'x' }], AGENT))).toEqual([
      'NOT_FOUND patch.responses.data.0.id null',
    ]);
    keyOf(await respond(id, 'REPLACE', [], AGENT));
    expect(await bodies(id)).toEqual(['hidden']);
  });
});

describe('the record of a one-to-one relation', () => {
  const cards = async (id: string) =>
    (await app.rows('SELECT number FROM cards WHERE ticket_id = $1::uuid', [id])).map(([number]) => number);
  const write = (id: string, mode: string, data: readonly Input[]) =>
    app.update('ticket', id, { card: { mode, data } });

  it('is one: a second is refused, unless it takes the place of the first', async () => {
    const id = keyOf(await app.create('ticket', { title: 't', card: { data: [{ number: '1' }] } }));
    for (const mode of ['DIFF', 'APPEND']) {
      expect(faults(await write(id, mode, [{ number: '2' }]))).toEqual([
        'CONFLICT patch.card.data.0 has_one',
      ]);
    }
    expect(faults(await app.create('ticket', { title: 't', card: { data: [{}, {}] } }))).toEqual([
      'CONFLICT input.card.data.1 has_one',
    ]);
    const [[card] = []] = await app.rows('SELECT id FROM cards');
    keyOf(await write(id, 'DIFF', [{ id: card, number: '3' }]));
    expect(await cards(id)).toEqual(['3']);
    keyOf(await write(id, 'DIFF', [{ id: card, delete: true }, { number: '4' }]));
    expect(await cards(id)).toEqual(['4']);
    keyOf(await write(id, 'REPLACE', [{ number: '5' }]));
    expect(await cards(id)).toEqual(['5']);
    keyOf(await write(id, 'REPLACE', []));
    expect(await cards(id)).toEqual([]);
    keyOf(await write(id, 'APPEND', [{ number: '6' }]));
    expect(await cards(id)).toEqual(['6']);
  });
});

describe('a relation from an entity to itself', () => {
  const tree = {
    title: 'r',
    children: { data: [{ title: 'a', children: { data: [{ title: 'b' }] } }, { title: 'A' }] },
  };
  const topics = async () =>
    await app.rows(
      'SELECT t.title, t.slug, p.title FROM topics t LEFT JOIN topics p ON p.id = t.topic_id ORDER BY t.slug',
    );

  it('is written level by level, with slugs that differ', async () => {
    keyOf(await app.create('topic', tree));
    expect(await topics()).toEqual([
      ['a', 'a', 'r'],
      ['A', 'a-2', 'r'],
      ['b', 'b', 'a'],
      ['r', 'r', null],
    ]);
  });

  it('does not save and delete one record', async () => {
    const id = keyOf(await app.create('topic', tree));
    const [[child] = []] = await app.rows("SELECT id FROM topics WHERE slug = 'a'");
    // Around a cycle the end of the child would be the end of the record itself.
    await app.rows('UPDATE topics SET topic_id = $1::uuid WHERE id = $2::uuid', [child, id]);
    const children = { mode: 'REPLACE', data: [] };
    expect(faults(await app.update('topic', id, { title: 'x', children }))).toEqual([
      'CONFLICT id contradiction',
    ]);
    // The record is a child of its child.
    const below = { data: [{ id, title: 'twice' }] };
    keyOf(
      await app.update('topic', id, { title: 'once', children: { data: [{ id: child, children: below }] } }),
    );
    expect((await topics()).map(([title]) => title)).toContain('twice');
  });
});
