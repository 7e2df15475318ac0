import { describe, expect, it } from 'vitest';
import type { WriteInput } from '../../src/write/pipeline.ts';
import { slugify } from '../../src/write/slug/slug.ts';
import { freshWrites, keyOf } from '../support/fresh-writes.ts';
import { ADMIN, callerWith, entity } from '../support/write-app.ts';

const served = freshWrites();
const { serve, rows, remove } = served;

const create = async (name: string, input: WriteInput) =>
  keyOf(await served.writes.create(ADMIN, name, input));

describe('slugs', () => {
  const page = (slug: object) => ({
    version: 1,
    entities: [
      entity(
        'page',
        [
          { name: 'title', type: 'string' },
          { name: 'slug', type: 'string', required: true, unique: true },
        ],
        { slug: { field: 'slug', ...slug } },
      ),
    ],
  });
  const slugOf = async (id: string) =>
    (await rows('SELECT slug FROM pages WHERE id = $1::uuid', [id]))[0]?.[0];

  it.each([
    ['Hello, World!', 'hello-world'],
    ['  Crème Brûlée — déjà vu  ', 'creme-brulee-deja-vu'],
    ['--a__b--', 'a-b'],
    ['Møller & Łódź ß', 'moller-lodz-ss'],
    ['ÆØÅ æøå Œuvre', 'aeoa-aeoa-oeuvre'],
    ['Þórður Ðað', 'thordur-dad'],
    ['Đặng Ħal Ŋ Ŧ ĸ', 'dang-hal-ng-t-k'],
    ['IŞIK ışık İstanbul Əli', 'isik-isik-istanbul-eli'],
    ['STRAẞE ﬁne ĳ', 'strasse-fine-ij'],
    ['日本語', ''],
    ['x'.repeat(500), 'x'.repeat(200)],
  ])('of %j is %j', (text, slug) => {
    expect(slugify(text)).toBe(slug);
  });

  it('are made from their source, numbered where taken, and left alone when written out', async () => {
    await serve(page({ source: 'title' }));
    expect(await slugOf(await create('page', { title: 'My Page' }))).toBe('my-page');
    expect(await slugOf(await create('page', { title: 'My page', slug: '' }))).toBe('my-page-2');
    expect(await slugOf(await create('page', { title: 'My Page', slug: 'My Own' }))).toBe('My Own');
    expect(await slugOf(await create('page', { title: 'my page', slug: null }))).toBe('my-page-3');
    expect(await slugOf(await create('page', { title: '日本語' }))).toMatch(/^[0-9a-f]{12}$/);
  });

  it('are asked for when there is nothing to make them from', async () => {
    await serve(page({ source: 'title' }));
    for (const input of [{}, { title: '' }, { slug: '' }]) {
      expect(await served.writes.create(ADMIN, 'page', input)).toMatchObject({
        ok: false,
        errors: [{ path: ['input', 'slug'], rule: 'required' }],
      });
    }
  });

  it('clash like any unique value when written out', async () => {
    await serve(page({ source: 'title' }));
    await create('page', { title: 'a', slug: 'taken' });
    expect(await served.writes.create(ADMIN, 'page', { title: 'b', slug: 'taken' })).toMatchObject({
      ok: false,
      errors: [{ code: 'UNIQUE_VIOLATION', path: ['input', 'slug'] }],
    });
  });

  it('stay on updates, unless the document regenerates them and the source really changes', async () => {
    await serve(page({ source: 'title' }));
    const id = await create('page', { title: 'One' });
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'Two' } }));
    expect(await slugOf(id)).toBe('one');
    await serve(page({ source: 'title', regenerate_on_update: true }));
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'Two' } }));
    expect(await slugOf(id)).toBe('one');
    await create('page', { title: 'Three' });
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'Three' } }));
    expect(await slugOf(id)).toBe('three-2');
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'three!' } }));
    expect(await slugOf(id)).toBe('three-2');
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'Four', slug: 'own' } }));
    expect(await slugOf(id)).toBe('own');
  });

  it('are all given when many writers want the same one at once', async () => {
    await serve(page({ source: 'title' }));
    const ids = await Promise.all(Array.from({ length: 8 }, () => create('page', { title: 'Same' })));
    const slugs = await Promise.all(ids.map(slugOf));
    expect(slugs.sort()).toEqual(['same', ...[2, 3, 4, 5, 6, 7, 8].map((number) => `same-${number}`)]);
    expect(await rows('SELECT count(*)::int FROM _outbox')).toEqual([[8]]);
  });
});

const relation = (source: string, target: string, more: object) => ({
  name: `${source}_${target}`,
  type: 'one_to_many',
  source,
  target,
  target_key: `${source}_id`,
  ...more,
});
const reference = (name: string, more: object = {}) => ({ name: `${name}_id`, type: 'uuid', ...more });

describe('deleting', () => {
  it('cascades through all levels, softly where the child says so, and once around a cycle', async () => {
    await serve({
      version: 1,
      entities: [
        entity('a', [reference('c')]),
        entity('b', [reference('a')], { soft_delete: true }),
        entity('c', [reference('b')]),
      ],
      relations: [
        relation('a', 'b', { on_delete: 'cascade' }),
        relation('b', 'c', { on_delete: 'cascade' }),
        relation('c', 'a', { on_delete: 'cascade' }),
      ],
    });
    const a = await create('a', {});
    const b = await create('b', { a_id: a });
    const c = await create('c', { b_id: b });
    await create('c', { b_id: b });
    const kept = await create('a', {});
    keyOf(await served.writes.update(ADMIN, 'a', { id: a, patch: { c_id: c } }));
    keyOf(await remove('a', a));
    expect(await rows('SELECT id FROM "as"')).toEqual([[kept]]);
    expect(await rows('SELECT deleted_at IS NOT NULL, _version FROM bs')).toEqual([[true, 2]]);
    expect(await rows('SELECT id FROM cs')).toEqual([]);
    const events = await rows(`SELECT subject FROM _outbox WHERE subject LIKE '%.delete' ORDER BY id`);
    expect(events.map(([subject]) => subject).sort()).toEqual([
      'rocket.ev.test_app.a.delete',
      'rocket.ev.test_app.b.delete',
      'rocket.ev.test_app.c.delete',
      'rocket.ev.test_app.c.delete',
    ]);
    expect(await remove('b', b)).toMatchObject({ ok: false, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    expect(await served.writes.update(ADMIN, 'b', { id: b, patch: {} })).toMatchObject({
      errors: [{ code: 'NOT_FOUND' }],
    });
  });

  it('nulls foreign keys of all children, as an update of each', async () => {
    await serve({
      version: 1,
      entities: [
        entity('agent', []),
        entity('ticket', [reference('agent'), { name: 'updated_at', type: 'timestamp', auto: 'update' }], {
          soft_delete: true,
        }),
      ],
      relations: [relation('agent', 'ticket', { on_delete: 'set_null' })],
    });
    const agent = await create('agent', {});
    await create('ticket', { agent_id: agent });
    keyOf(await remove('ticket', await create('ticket', { agent_id: agent })));
    keyOf(await remove('agent', agent));
    expect(await rows('SELECT agent_id, _version FROM tickets ORDER BY _version')).toEqual([
      [null, 2],
      [null, 3],
    ]);
    const events = await rows(
      `SELECT payload->>'op', payload->'changed', payload->'previous'->>'agent_id' FROM _outbox
       WHERE subject = 'rocket.ev.test_app.ticket.update'`,
    );
    expect(events).toEqual([
      ['update', expect.arrayContaining(['agent_id']), agent],
      ['update', expect.arrayContaining(['agent_id']), agent],
    ]);
  });

  it('is refused with the number of live children that restrict it, at any level', async () => {
    await serve({
      version: 1,
      entities: [
        entity('firm', []),
        entity('customer', [reference('firm')]),
        entity('ticket', [reference('customer')], { soft_delete: true }),
      ],
      relations: [
        relation('firm', 'customer', { on_delete: 'cascade' }),
        relation('customer', 'ticket', { on_delete: 'restrict' }),
      ],
    });
    const firm = await create('firm', {});
    const customer = await create('customer', { firm_id: firm });
    const tickets = [
      await create('ticket', { customer_id: customer }),
      await create('ticket', { customer_id: customer }),
    ];
    for (const [name, id] of [
      ['customer', customer],
      ['firm', firm],
    ] as const) {
      expect(await remove(name, id)).toEqual({
        ok: false,
        errors: [
          {
            code: 'CONFLICT',
            message: 'This customer cannot be deleted: 2 ticket records refer to it',
            path: ['id'],
            rule: 'restrict',
          },
        ],
      });
    }
    expect(await rows('SELECT count(*)::int FROM customers')).toEqual([[1]]);
    for (const ticket of tickets) keyOf(await remove('ticket', ticket));
    keyOf(await remove('firm', firm));
    expect(await rows('SELECT count(*)::int FROM customers')).toEqual([[0]]);
  });

  it('is refused without a word of records that the caller may not see', async () => {
    await serve({
      version: 1,
      entities: [
        entity('firm', []),
        entity('customer', [reference('firm')]),
        entity('ticket', [reference('customer'), { name: 'secret', type: 'boolean', default: false }]),
        entity('tag', [{ name: 'secret', type: 'boolean', default: false }]),
      ],
      relations: [
        relation('firm', 'customer', { on_delete: 'cascade' }),
        relation('customer', 'ticket', { on_delete: 'restrict' }),
        {
          name: 'firm_tags',
          type: 'many_to_many',
          source: 'firm',
          target: 'tag',
          join_table: 'firm_tags',
          source_join_key: 'firm_id',
          target_join_key: 'tag_id',
          on_delete: 'restrict',
        },
      ],
      permissions: [
        { entity: 'firm', action: 'delete', roles: ['agent'] },
        { entity: 'customer', action: 'delete', roles: ['agent', 'blind'] },
        ...['ticket', 'tag'].map((name) => ({
          entity: name,
          action: 'read',
          roles: ['agent'],
          conditions: [{ field: 'secret', operator: 'eq', value: false }],
        })),
      ],
    });
    const refusal = async (name: string, id: string, role = 'agent') => {
      const result = await served.writes.delete(callerWith([role]), name, { id });
      return result.ok ? 'deleted' : result.errors.map(({ message }) => message).join();
    };
    const firm = await create('firm', {});
    const customer = await create('customer', { firm_id: firm });
    await create('ticket', { customer_id: customer, secret: true });
    expect(await refusal('customer', customer)).toBe('This customer cannot be deleted: records refer to it');
    expect(await refusal('firm', firm)).toBe('This firm cannot be deleted: records refer to it');
    await create('ticket', { customer_id: customer });
    const counted = 'This customer cannot be deleted: 1 ticket record refers to it';
    expect(await refusal('customer', customer)).toBe(counted);
    expect(await refusal('customer', customer, 'blind')).toBe(
      'This customer cannot be deleted: records refer to it',
    );
    await rows('DELETE FROM tickets');

    const tag = await create('tag', { secret: true });
    await rows('INSERT INTO firm_tags VALUES ($1::uuid, $2::uuid)', [firm, tag]);
    expect(await refusal('firm', firm)).toBe('This firm cannot be deleted: records refer to it');
    await rows('INSERT INTO firm_tags VALUES ($1::uuid, $2::uuid)', [firm, await create('tag', {})]);
    expect(await refusal('firm', firm)).toBe('This firm cannot be deleted: 1 tag record refers to it');
    await rows('DELETE FROM firm_tags');
    expect(await refusal('firm', firm)).toBe('deleted');
  });

  it('is not restricted by what goes along', async () => {
    await serve({
      version: 1,
      entities: [
        entity('firm', []),
        entity('customer', [reference('firm')]),
        entity('deal', [reference('customer'), reference('firm')]),
      ],
      relations: [
        relation('customer', 'deal', { on_delete: 'restrict' }),
        relation('firm', 'customer', { on_delete: 'cascade' }),
        relation('firm', 'deal', { on_delete: 'cascade' }),
      ],
    });
    const firm = await create('firm', {});
    const customer = await create('customer', { firm_id: firm });
    await create('deal', { firm_id: firm, customer_id: customer });
    keyOf(await remove('firm', firm));
    expect(await rows('SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM deals)')).toEqual([
      ['0'],
    ]);
  });

  it.each(['detach', undefined] as const)('leaves children alone with on_delete %s', async (onDelete) => {
    await serve({
      version: 1,
      entities: [entity('agent', []), entity('ticket', [reference('agent')])],
      relations: [relation('agent', 'ticket', onDelete === undefined ? {} : { on_delete: onDelete })],
    });
    const agent = await create('agent', {});
    await create('ticket', { agent_id: agent });
    keyOf(await remove('agent', agent));
    expect(await rows('SELECT agent_id, _version FROM tickets')).toEqual([[agent, 1]]);
  });

  it.each([
    ['detach', 0],
    ['cascade', 0],
    [undefined, 1],
  ] as const)('treats rows of a join table by on_delete %s', async (onDelete, left) => {
    await serve({
      version: 1,
      entities: [entity('post', []), entity('tag', [])],
      relations: [
        {
          name: 'post_tags',
          type: 'many_to_many',
          source: 'post',
          target: 'tag',
          join_table: 'post_tags',
          source_join_key: 'post_id',
          target_join_key: 'tag_id',
          ...(onDelete === undefined ? {} : { on_delete: onDelete }),
        },
      ],
    });
    const post = await create('post', {});
    const tag = await create('tag', {});
    await rows('INSERT INTO post_tags VALUES ($1::uuid, $2::uuid)', [post, tag]);
    keyOf(await remove('post', post));
    expect(await rows('SELECT count(*)::int FROM post_tags')).toEqual([[left]]);
    expect(await rows('SELECT count(*)::int FROM tags')).toEqual([[1]]);
  });
});

describe('events', () => {
  it('tell what changed, from what to what, by whom and at which epoch', async () => {
    const document = {
      version: 1,
      entities: [
        entity('deal', [reference('customer'), { name: 'title', type: 'string' }]),
        entity('customer', []),
      ],
      relations: [relation('customer', 'deal', {})],
    };
    await serve(document, { epoch: 3 });
    const [one, two] = [await create('customer', {}), await create('customer', {})];
    const id = await create('deal', { customer_id: one, title: 'a' });
    keyOf(await served.writes.update(ADMIN, 'deal', { id, patch: { customer_id: two } }));
    keyOf(await remove('deal', id));
    const events = await rows(
      `SELECT id, subject, payload FROM _outbox
       WHERE subject LIKE '%.deal.%' ORDER BY id`,
    );
    const base = {
      v: 1,
      app: 'test_app',
      entity: 'deal',
      key: id,
      epoch: 3,
      actor: 'u-admin',
      at: expect.any(String),
    };
    const before = { id, customer_id: one, title: 'a' };
    const after = { id, customer_id: two, title: 'a' };
    const own = [`test_app.deal#${id}`, 'test_app.deal'];
    const payloads = [
      {
        op: 'create',
        version: 1,
        changed: ['id', 'customer_id', 'title'],
        record: before,
        previous: null,
        tags: [...own, `test_app.deal@customer_id=${one}`],
      },
      {
        op: 'update',
        version: 2,
        changed: ['customer_id'],
        record: after,
        previous: before,
        tags: [...own, `test_app.deal@customer_id=${one}`, `test_app.deal@customer_id=${two}`],
      },
      {
        op: 'delete',
        version: 2,
        changed: ['id', 'customer_id', 'title'],
        record: null,
        previous: after,
        tags: [...own, `test_app.deal@customer_id=${two}`],
      },
    ];
    expect(events).toEqual(
      payloads.map((payload) => [
        expect.any(String),
        `rocket.ev.test_app.deal.${payload.op}`,
        { ...base, ...payload, id: expect.any(String) },
      ]),
    );
    for (const [outboxId, , payload] of events) expect(payload).toMatchObject({ id: outboxId });
  });
});
