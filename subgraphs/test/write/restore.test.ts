/** Deleted records come back, with their unique values, and not without the parents they need. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WriteInput } from '../../src/write/pipeline.ts';
import { freshWrites, keyOf } from '../support/fresh-writes.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { ADMIN, callerWith, entity } from '../support/write-app.ts';

const ABSENT = '00000000-0000-4000-8000-00000000dead';

const PAGE = entity(
  'page',
  [
    { name: 'title', type: 'string' },
    { name: 'slug', type: 'string', required: true, unique: true },
    { name: 'code', type: 'string', unique: true },
    { name: 'owner', type: 'string' },
    { name: 'changed_at', type: 'timestamp', auto: 'update' },
  ],
  { soft_delete: true, slug: { field: 'slug', source: 'title' } },
);
const ownedBy = (action: string, roles: readonly string[]) => ({
  entity: 'page',
  action,
  roles,
  conditions: [{ field: 'owner', operator: 'eq', value: { user: 'id' } }],
});
const PAGES = {
  version: 1,
  entities: [PAGE],
  permissions: [
    { entity: 'page', action: 'read', roles: ['reader', 'editor'] },
    ownedBy('read', ['hidden']),
    ownedBy('update', ['editor']),
    { entity: 'page', action: 'update', roles: ['hidden'] },
    { entity: 'page', action: 'delete', roles: ['reader'] },
  ],
};

describe('restoring', () => {
  const served = freshWrites();
  const { serve, rows } = served;
  const create = async (name: string, input: WriteInput) =>
    keyOf(await served.writes.create(ADMIN, name, input));
  const remove = async (name: string, id: string) => keyOf(await served.remove(name, id));
  const restore = (name: string, id: string, caller = ADMIN) => served.writes.restore(caller, name, id);

  async function deletedPage(input: WriteInput): Promise<string> {
    const id = await create('page', input);
    await remove('page', id);
    return id;
  }

  it('makes a record live again, as an update that tells of it', async () => {
    await serve(PAGES);
    const id = await deletedPage({ title: 'One' });
    const [before] = await rows('SELECT changed_at FROM pages');
    expect(await restore('page', id)).toEqual({ ok: true, key: id });
    expect(
      await rows('SELECT deleted_at, _version, changed_at > $1::timestamptz FROM pages', before),
    ).toEqual([[null, 3, true]]);
    const [event] = await rows('SELECT subject, payload FROM _outbox ORDER BY id DESC LIMIT 1');
    expect(event).toMatchObject([
      'rocket.ev.test_app.page.update',
      {
        op: 'update',
        key: id,
        version: 3,
        changed: ['changed_at', 'deleted_at'],
        previous: { deleted_at: expect.any(String) },
        record: { deleted_at: null, slug: 'one' },
      },
    ]);
    keyOf(await served.writes.update(ADMIN, 'page', { id, patch: { title: 'Two' } }));
  });

  it('says that there is none, or that it is not deleted', async () => {
    await serve(PAGES);
    const id = await create('page', { title: 'One' });
    expect(await restore('page', id)).toEqual({
      ok: false,
      errors: [{ code: 'CONFLICT', message: 'This page is not deleted', path: ['id'], rule: null }],
    });
    for (const absent of [ABSENT, 'no-key', '']) {
      expect(await restore('page', absent)).toMatchObject({
        ok: false,
        errors: [{ code: 'NOT_FOUND', path: ['id'] }],
      });
    }
    expect(await rows('SELECT _version FROM pages')).toEqual([[1]]);
  });

  it('is for those who may update the record', async () => {
    await serve(PAGES);
    const [own, other] = [
      await deletedPage({ title: 'a', owner: 'u-1' }),
      await deletedPage({ title: 'b', owner: 'u-2' }),
    ];
    await expect(restore('page', own, callerWith(['reader']))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(restore('page', other, callerWith(['editor']))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await restore('page', other, callerWith(['hidden']))).toMatchObject({
      errors: [{ code: 'NOT_FOUND', path: ['id'] }],
    });
    expect(await rows('SELECT count(*)::int FROM pages WHERE deleted_at IS NULL')).toEqual([[0]]);
    keyOf(await restore('page', own, callerWith(['editor'])));
  });

  it('finds its unique values as it left them, since nobody could take them', async () => {
    await serve(PAGES);
    const id = await deletedPage({ title: 'One', code: 'c-1' });
    expect(await served.writes.create(ADMIN, 'page', { title: 'x', code: 'c-1' })).toMatchObject({
      errors: [{ code: 'UNIQUE_VIOLATION', path: ['input', 'code'] }],
    });
    expect(await served.writes.create(ADMIN, 'page', { title: 'x', slug: 'one' })).toMatchObject({
      errors: [{ code: 'UNIQUE_VIOLATION', path: ['input', 'slug'] }],
    });
    await create('page', { title: 'One' });
    const sample = { title: 'sample', slug: 'sample', code: 'c-1' };
    await served.app.activate(PAGES, { revision: 2, sampleData: { page: [{ id: ABSENT, ...sample }] } });
    keyOf(await restore('page', id));
    expect(await rows('SELECT slug FROM pages WHERE deleted_at IS NULL ORDER BY slug')).toEqual([
      ['one'],
      ['one-2'],
    ]);
  });

  it('is done once by many at the same time', async () => {
    await serve(PAGES);
    const id = await deletedPage({ title: 'One' });
    const results = await Promise.all(Array.from({ length: 8 }, () => restore('page', id)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await rows('SELECT _version FROM pages')).toEqual([[3]]);
  });

  const family = (onDelete: string | undefined, more: object = {}) => ({
    version: 1,
    entities: [
      entity('parent', [], { soft_delete: true }),
      entity('child', [{ name: 'parent_id', type: 'uuid' }], { soft_delete: true }),
    ],
    relations: [
      {
        name: 'parent_childs',
        type: 'one_to_many',
        source: 'parent',
        target: 'child',
        target_key: 'parent_id',
        ...(onDelete === undefined ? {} : { on_delete: onDelete }),
        ...more,
      },
    ],
    permissions: [
      { entity: 'child', action: 'read', roles: ['clerk'] },
      { entity: 'child', action: 'update', roles: ['clerk'] },
    ],
  });

  it('leaves what was deleted along, which comes back after its parent', async () => {
    await serve(family('cascade'));
    const parent = await create('parent', {});
    const child = await create('child', { parent_id: parent });
    await remove('parent', parent);
    expect(await restore('child', child)).toEqual({
      ok: false,
      errors: [
        {
          code: 'REFERENCE_NOT_FOUND',
          message: 'This child cannot be restored: its parent is not there',
          path: ['id'],
          rule: 'reference',
        },
      ],
    });
    keyOf(await restore('parent', parent));
    expect(await rows('SELECT count(*)::int FROM childs WHERE deleted_at IS NULL')).toEqual([[0]]);
    // They may not read the parent, and need not.
    keyOf(await restore('child', child, callerWith(['clerk'])));
  });

  it.each([
    ['restrict', {}, false],
    ['restrict', { check_reference: false }, true],
    ['set_null', {}, true],
    ['detach', {}, true],
    [undefined, {}, true],
  ])('with on_delete %s and %j, the record needs its parent or not', async (onDelete, more, comes) => {
    await serve(family(onDelete, more));
    const parent = await create('parent', {});
    const child = await create('child', { parent_id: parent });
    await remove('child', child);
    await remove('parent', parent);
    expect((await restore('child', child)).ok).toBe(comes);
  });

  it('leaves no record without its parent, whatever is deleted at the same time', async () => {
    await serve(family('cascade'));
    const parents = await Promise.all(Array.from({ length: 20 }, () => create('parent', {})));
    const children = await Promise.all(parents.map((parent_id) => create('child', { parent_id })));
    await Promise.all(children.map((child) => remove('child', child)));
    await Promise.all(
      parents.flatMap((parent, n) => {
        const race = [
          served.writes.delete(ADMIN, 'parent', { id: parent }),
          restore('child', children[n] ?? ''),
        ];
        return n % 2 === 0 ? race : race.reverse();
      }),
    );
    expect(await rows('SELECT count(*)::int FROM childs WHERE deleted_at IS NULL')).toEqual([[0]]);
  });
});

describe('the mutation', () => {
  let app: ReadApp;
  beforeAll(async () => {
    app = await createReadApp({ ...PAGES, entities: [PAGE, entity('note', [])] });
  });
  afterAll(() => app?.dispose());

  it('answers with the record, and is there only where deletion is soft', async () => {
    const created = await app.ask('mutation { createPage(input: {title: "One"}) { page { id } } }');
    const { id } = (created.data?.['createPage'] as { page: { id: string } } | undefined)?.page ?? { id: '' };
    await app.ask(`mutation { deletePage(id: "${id}") { errors { code } } }`);
    const restored = await app.ask(
      `mutation { restorePage(id: "${id}") { page { title version deletedAt } errors { code } } }`,
    );
    expect(restored.data?.['restorePage']).toEqual({
      page: { title: 'One', version: 3, deletedAt: null },
      errors: [],
    });
    const again = await app.ask(
      `mutation { restorePage(id: "${id}") { page { title } errors { code path } } }`,
    );
    expect(again.data?.['restorePage']).toEqual({ page: null, errors: [{ code: 'CONFLICT', path: ['id'] }] });
    await expect(app.ask('mutation { restoreNote(id: "1") { errors { code } } }')).rejects.toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });
});
