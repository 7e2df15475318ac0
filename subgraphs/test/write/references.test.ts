/** Keys of a write name records that are there and not hidden from the caller; nothing that races with it breaks that. */
import type { UserError } from '@rocket/schema';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WriteInput, WriteResult } from '../../src/write/pipeline.ts';
import { freshWrites, keyOf } from '../support/fresh-writes.ts';
import { ADMIN, callerWith, entity } from '../support/write-app.ts';

const served = freshWrites();
const { serve, rows, remove } = served;

const create = async (name: string, input: WriteInput) =>
  keyOf(await served.writes.create(ADMIN, name, input));

function errorsOf(result: WriteResult): readonly UserError[] {
  return result.ok ? [] : result.errors;
}
/** `[code, path]` of each error. */
const faults = (result: WriteResult) => errorsOf(result).map(({ code, path }) => [code, path.join('.')]);

const ABSENT = '00000000-0000-4000-8000-00000000dead';

const reference = (name: string, more: object = {}) => ({ name: `${name}_id`, type: 'uuid', ...more });
const relation = (source: string, target: string, more: object = {}) => ({
  name: `${source.replace('.', '_')}_${target}`,
  type: 'one_to_many',
  source,
  target,
  target_key: `${source.split('.').at(-1)}_id`,
  ...more,
});

const SHOP = {
  version: 1,
  entities: [
    entity('customer', [{ name: 'owner', type: 'string' }], { soft_delete: true }),
    entity('store', [{ name: 'manager_id', type: 'int' }], { keyType: 'int' }),
    entity('country', [{ name: 'name', type: 'string' }, reference('parent', { type: 'string' })], {
      keyType: 'string',
      generated: false,
    }),
    entity('order', [
      { name: 'title', type: 'string' },
      reference('customer'),
      reference('gift_for'),
      { name: 'store_id', type: 'int' },
      { name: 'country_id', type: 'string' },
      reference('campaign'),
      reference('supplier'),
    ]),
    entity('campaign', []),
  ],
  relations: [
    relation('customer', 'order'),
    relation('customer', 'order', { name: 'gifts', target_key: 'gift_for_id' }),
    relation('store', 'order'),
    relation('country', 'order'),
    relation('country', 'country', { name: 'parts', target_key: 'parent_id' }),
    relation('campaign', 'order', { check_reference: false }),
    relation('market.supplier', 'order'),
  ],
  permissions: [
    { entity: 'order', action: 'create', roles: ['clerk', 'blind'] },
    { entity: 'order', action: 'update', roles: ['clerk', 'blind'] },
    { entity: 'order', action: 'read', roles: ['clerk', 'blind'] },
    {
      entity: 'customer',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'owner', operator: 'eq', value: { user: 'id' } }],
    },
  ],
};

describe('a key', () => {
  beforeEach(() => serve(SHOP));

  it('names a record of this app, else all faulty ones are told together', async () => {
    const gone = await create('customer', {});
    keyOf(await remove('customer', gone));
    const result = await served.writes.create(ADMIN, 'order', {
      customer_id: ABSENT,
      gift_for_id: gone,
      store_id: '7',
      country_id: 'atlantis',
    });
    expect(errorsOf(result)[0]).toEqual({
      code: 'REFERENCE_NOT_FOUND',
      message: 'customerId names no customer that you may read',
      path: ['input', 'customerId'],
      rule: 'reference',
    });
    expect(faults(result)).toEqual([
      ['REFERENCE_NOT_FOUND', 'input.customerId'],
      ['REFERENCE_NOT_FOUND', 'input.giftForId'],
      ['REFERENCE_NOT_FOUND', 'input.storeId'],
      ['REFERENCE_NOT_FOUND', 'input.countryId'],
    ]);
    expect(await rows('SELECT 1 FROM orders')).toEqual([]);
    expect(await rows(`SELECT 1 FROM _outbox WHERE subject LIKE '%.order.%'`)).toEqual([]);
  });

  it('of any type finds its record, however it is written', async () => {
    const customer = await create('customer', {});
    const store = await create('store', {});
    await create('country', { id: 'se' });
    const id = await create('order', {
      customer_id: customer.toUpperCase(),
      gift_for_id: customer,
      store_id: store,
      country_id: 'se',
    });
    expect(
      await rows('SELECT customer_id, store_id, country_id FROM orders WHERE id = $1::uuid', [id]),
    ).toEqual([[customer, Number(store), 'se']]);
    expect(faults(await served.writes.create(ADMIN, 'order', { country_id: 'SE' }))).toEqual([
      ['REFERENCE_NOT_FOUND', 'input.countryId'],
    ]);
  });

  it('that is null, waived or of another app is not looked at', async () => {
    await create('order', { customer_id: null, campaign_id: ABSENT, supplier_id: ABSENT });
    expect(await rows('SELECT campaign_id, supplier_id FROM orders')).toEqual([[ABSENT, ABSENT]]);
  });

  it('that an update does not change may lead nowhere', async () => {
    const customer = await create('customer', {});
    const store = await create('store', {});
    const id = await create('order', { customer_id: customer, store_id: store });
    keyOf(await remove('customer', customer));
    keyOf(await remove('store', store));
    const update = (patch: WriteInput) => served.writes.update(ADMIN, 'order', { id, patch });
    keyOf(await update({ title: 'a' }));
    keyOf(await update({ title: 'b', customer_id: customer.toUpperCase(), store_id: store }));
    expect(faults(await update({ gift_for_id: customer }))).toEqual([
      ['REFERENCE_NOT_FOUND', 'patch.giftForId'],
    ]);
    keyOf(await update({ customer_id: null }));
    expect(faults(await update({ customer_id: customer }))).toEqual([
      ['REFERENCE_NOT_FOUND', 'patch.customerId'],
    ]);
  });

  it('of a record that the caller may not read is refused in the words for one that is not there', async () => {
    const clerk = callerWith(['clerk']);
    const [own, other] = [
      await create('customer', { owner: 'u-1' }),
      await create('customer', { owner: 'u-2' }),
    ];
    const refused = async (customer: string, caller = clerk) =>
      errorsOf(await served.writes.create(caller, 'order', { customer_id: customer }));
    expect(await refused(own)).toEqual([]);
    expect(await refused(other)).toHaveLength(1);
    expect(await refused(other)).toEqual(await refused(ABSENT));
    const id = await create('order', { customer_id: other });
    keyOf(await served.writes.update(clerk, 'order', { id, patch: { title: 'x', customer_id: other } }));
  });

  it('is any that is there for a caller whom no policy lets read such records, but may write their keys', async () => {
    const blind = callerWith(['blind']);
    const live = await create('customer', {});
    const gone = await create('customer', {});
    keyOf(await remove('customer', gone));
    const write = (customer: string) => served.writes.create(blind, 'order', { customer_id: customer });
    keyOf(await write(live));
    for (const key of [gone, ABSENT]) {
      expect(faults(await write(key))).toEqual([['REFERENCE_NOT_FOUND', 'input.customerId']]);
    }
  });

  it('may be that of the record itself', async () => {
    await create('country', { id: 'eu', parent_id: 'eu' });
    await create('country', { id: 'se', parent_id: 'eu' });
    keyOf(await served.writes.update(ADMIN, 'country', { id: 'se', patch: { parent_id: 'se' } }));
    expect(faults(await served.writes.create(ADMIN, 'country', { id: 'no', parent_id: 'nordics' }))).toEqual([
      ['REFERENCE_NOT_FOUND', 'input.parentId'],
    ]);
  });

  it('is looked at when the values are right, and before it is known what is taken', async () => {
    expect(faults(await served.writes.create(ADMIN, 'order', { customer_id: ABSENT, title: 1 }))).toEqual([
      ['VALIDATION_FAILED', 'input.title'],
    ]);
    await create('country', { id: 'se' });
    expect(faults(await served.writes.create(ADMIN, 'country', { id: 'se', parent_id: 'eu' }))).toEqual([
      ['REFERENCE_NOT_FOUND', 'input.parentId'],
    ]);
  });
});

it('a default is checked like a key that was given', async () => {
  await serve({
    version: 1,
    entities: [entity('team', []), entity('task', [reference('team', { default: ABSENT })])],
    relations: [relation('team', 'task')],
  });
  expect(faults(await served.writes.create(ADMIN, 'task', {}))).toEqual([
    ['REFERENCE_NOT_FOUND', 'input.teamId'],
  ]);
});

describe.each([
  ['for good', false],
  ['softly', true],
])('while parents are deleted %s', (_how, softDelete) => {
  const family = (onDelete: string) => ({
    version: 1,
    entities: [
      entity('root', [], { soft_delete: softDelete }),
      entity('parent', [reference('root')], { soft_delete: softDelete }),
      entity('child', [reference('parent'), { name: 'n', type: 'int' }]),
    ],
    relations: [
      relation('root', 'parent', { on_delete: 'cascade' }),
      relation('parent', 'child', { on_delete: onDelete }),
    ],
  });
  const live = softDelete ? 'deleted_at IS NULL' : 'TRUE';
  const orphans = () =>
    rows(`SELECT n FROM childs WHERE parent_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM parents WHERE parents.id = childs.parent_id AND ${live})`);
  const CODES = ['CONFLICT', 'REFERENCE_NOT_FOUND'];

  it.each(['cascade', 'restrict', 'set_null'])(
    'no child is left behind, with on_delete %s',
    async (onDelete) => {
      await serve(family(onDelete));
      const roots = await Promise.all(Array.from({ length: 20 }, () => create('root', {})));
      const parents = await Promise.all(roots.map((root_id) => create('parent', { root_id })));
      const movable = await create('child', {});
      const results = await Promise.all(
        roots.flatMap((root, n) => {
          const parent_id = parents[n] ?? '';
          const race = [
            // Of half of them the parent goes along with its own parent.
            n % 2 === 0 ? remove('root', root) : remove('parent', parent_id),
            served.writes.create(ADMIN, 'child', { parent_id, n }),
          ];
          return n % 4 < 2 ? race : race.reverse();
        }),
      );
      expect(await orphans()).toEqual([]);
      for (const result of results) for (const { code } of errorsOf(result)) expect(CODES).toContain(code);
      expect(results.some(({ ok }) => ok)).toBe(true);
      const left = await rows(`SELECT id FROM parents WHERE ${live}`);
      const [to] = left[0] ?? [null];
      keyOf(await served.writes.update(ADMIN, 'child', { id: movable, patch: { parent_id: to } }));
    },
  );

  it('a child that moves has a parent in the end', async () => {
    await serve(family('cascade'));
    const parents = await Promise.all(Array.from({ length: 20 }, () => create('parent', {})));
    const children = await Promise.all(parents.map((parent_id, n) => create('child', { parent_id, n })));
    const results = await Promise.all(
      parents.flatMap((parent_id, n) => [
        served.writes.update(ADMIN, 'child', { id: children[(n + 1) % 20] ?? '', patch: { parent_id } }),
        ...(n % 2 === 0 ? [remove('parent', parent_id)] : []),
      ]),
    );
    expect(await orphans()).toEqual([]);
    for (const result of results) {
      for (const { code } of errorsOf(result)) expect(['NOT_FOUND', 'REFERENCE_NOT_FOUND']).toContain(code);
    }
  });
});

describe('locks', () => {
  it('let children be made while their parent is changed, and changed records refer to each other', async () => {
    await serve(SHOP);
    const customer = await create('customer', {});
    await served.app.database.transaction(async (tx) => {
      await tx.query({ text: 'SELECT 1 FROM customers FOR KEY SHARE', values: [] });
      // It would wait here for good if it kept others from referring to the customer.
      keyOf(await served.writes.update(ADMIN, 'customer', { id: customer, patch: { owner: 'u-9' } }));
    });
    for (const id of ['a', 'b', 'c', 'd']) await create('country', { id });
    const all = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        served.writes.update(ADMIN, 'country', {
          id: all[n % 4] ?? '',
          patch: { name: `${n}`, parent_id: all[(n * 7 + 1) % 4] ?? '' },
        }),
      ),
    );
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  });
});
