import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessScope, accessScopeView } from '../../src/access/access-scope.ts';
import { readFilter } from '../../src/access/policy.ts';
import { matches } from '../../src/filter/evaluate.ts';
import type { Filter } from '../../src/filter/filter.ts';
import type { AppModel } from '../../src/model/app-model.ts';
import type { Caller } from '../../src/protocol/call-context.ts';
import { entity, type JsonObject, model } from '../support/document-fixture.ts';

const IDS = [1, 2, 3].map((number) => `10000000-0000-0000-0000-00000000000${number}`);
const [ANN = '', BEN = ''] = IDS;
const EMAILS = ['ann@a.test', 'ben@a.test'];
const STATES = ['open', 'done', 'new'];
const FIELDS: JsonObject[] = [
  { name: 'owner_id', type: 'uuid' },
  { name: 'email', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'price', type: 'int' },
];
const ENTITIES = ['deal', 'note', 'secret'];
/** What is read; the policies of the third entity must not count. */
const READ = ['deal', 'note'];

const asCaller = (property: string) => fc.constant({ user: property });
const own = fc.oneof(
  fc.record({
    field: fc.constant('owner_id'),
    operator: fc.constantFrom('eq', 'neq'),
    value: asCaller('id'),
  }),
  fc.record({ field: fc.constant('email'), operator: fc.constant('eq'), value: asCaller('email') }),
);
const literal = fc.oneof(
  fc.record({
    field: fc.constant('owner_id'),
    operator: fc.constantFrom('eq', 'neq'),
    value: fc.constantFrom(...IDS, null),
  }),
  fc.record({
    field: fc.constant('status'),
    operator: fc.constantFrom('in', 'not_in'),
    value: fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    field: fc.constant('status'),
    operator: fc.constantFrom('eq', 'like'),
    value: fc.constantFrom('open', 'o%', 'a "b" and c = 1'),
  }),
  fc.record({
    field: fc.constant('price'),
    operator: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
    value: fc.nat(2),
  }),
);

function documents(condition: fc.Arbitrary<JsonObject>): fc.Arbitrary<AppModel> {
  const permission = fc.record({
    entity: fc.constantFrom(...ENTITIES),
    action: fc.constantFrom('read', 'read', 'update'),
    roles: fc.subarray(['public', 'sales', 'Agent', 'boss'], { minLength: 1, maxLength: 2 }),
    conditions: fc.array(condition, { maxLength: 2 }),
  });
  return fc
    .array(permission, { maxLength: 8 })
    .map((permissions) => model({ entities: ENTITIES.map((name) => entity(name, FIELDS)), permissions }));
}

const callers: fc.Arbitrary<Caller> = fc.record({
  userId: fc.constantFrom(null, ...IDS, ANN.toUpperCase(), 'auth0|42'),
  email: fc.constantFrom(null, ...EMAILS),
  roles: fc.subarray(['sales', 'SALES', 'agent', 'boss', 'guest']),
  isAdmin: fc.constantFrom(false, false, false, false, true),
});
const anyDocument = documents(fc.oneof(own, literal));
const nobody: Caller = { userId: null, email: null, roles: [], isAdmin: false };

function scope(of: AppModel, caller: Caller, entities: readonly string[] = READ): string {
  return accessScope(of, { entities, caller });
}

/** The plainest reading of "the same but for order and repetition". */
function same(a: Filter, b: Filter): boolean {
  const [left, right] = [unrepeated(a), unrepeated(b)];
  if ((left.kind === 'all' || left.kind === 'any') && left.kind === right.kind) {
    return covers(left.filters, right.filters) && covers(right.filters, left.filters);
  }
  if (left.kind === 'in' && right.kind === 'in') {
    const values = [left, right].map((list) => [...new Set(list.values)].sort());
    const isAlike = left.field === right.field && left.negated === right.negated;
    return isAlike && JSON.stringify(values[0]) === JSON.stringify(values[1]);
  }
  return JSON.stringify(left) === JSON.stringify(right);
}

function covers(all: readonly Filter[], some: readonly Filter[]): boolean {
  return some.every((one) => all.some((other) => same(one, other)));
}

function unrepeated(filter: Filter): Filter {
  if (filter.kind !== 'all' && filter.kind !== 'any') return filter;
  const [first, ...others] = filter.filters;
  return first !== undefined && others.every((other) => same(first, other)) ? unrepeated(first) : filter;
}

function mayRead(of: AppModel, caller: Caller, name: string): Filter | 'forbidden' {
  return readFilter(of, { entity: name, action: 'read', caller });
}

describe('accessScope', () => {
  it('is the same exactly for callers with the same filters', () => {
    const seen = { equal: 0, different: 0 };
    fc.assert(
      fc.property(anyDocument, callers, callers, (of, a, b) => {
        const isSame =
          a.isAdmin === b.isAdmin &&
          READ.every((name) => {
            const [left, right] = [mayRead(of, a, name), mayRead(of, b, name)];
            return left === 'forbidden' || right === 'forbidden' ? left === right : same(left, right);
          });
        seen[isSame ? 'equal' : 'different'] += 1;
        expect(scope(of, a) === scope(of, b)).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
    expect(seen.equal).toBeGreaterThan(50);
    expect(seen.different).toBeGreaterThan(50);
  });

  it('tells apart whoever sees different records', () => {
    const record = fc.record({
      owner_id: fc.constantFrom(null, ...IDS),
      email: fc.constantFrom(null, ...EMAILS),
      status: fc.constantFrom(null, ...STATES),
      price: fc.option(fc.nat(3)),
    });
    let different = 0;
    fc.assert(
      fc.property(anyDocument, callers, callers, fc.array(record, { minLength: 8 }), (of, a, b, records) => {
        const sees = (caller: Caller) =>
          READ.map((name) => {
            const filter = mayRead(of, caller, name);
            return records.map((one) => filter !== 'forbidden' && matches(filter, one));
          });
        if (JSON.stringify(sees(a)) === JSON.stringify(sees(b))) return;
        different += 1;
        expect(scope(of, a)).not.toBe(scope(of, b));
      }),
      { numRuns: 500 },
    );
    expect(different).toBeGreaterThan(50);
  });

  it('does not know roles and ids that matter to none of the entities', () => {
    fc.assert(
      fc.property(documents(literal), callers, callers, (of, a, b) => {
        const mattering = new Set(
          of.policies
            .filter(({ entity: name, action }) => READ.includes(name) && action === 'read')
            .flatMap(({ roles }) => [...roles]),
        );
        const roles = [
          ...a.roles.filter((role) => mattering.has(role.toLowerCase())),
          ...b.roles.filter((role) => !mattering.has(role.toLowerCase())),
        ];
        expect(scope(of, { ...b, roles, isAdmin: a.isAdmin })).toBe(scope(of, a));
      }),
    );
  });

  const open = (extra: JsonObject, app: JsonObject = {}): AppModel =>
    model({
      ...app,
      entities: [entity('deal', FIELDS, extra), entity('note', FIELDS)],
      permissions: READ.map((name) => ({ entity: name, action: 'read', roles: ['public'] })),
    });

  it('sees entities as a set', () => {
    const of = open({});
    expect(scope(of, nobody, ['note', 'deal', 'note'])).toBe(scope(of, nobody, READ));
    expect(scope(of, nobody, ['deal'])).not.toBe(scope(of, nobody, READ));
  });

  it('tells admins from those who see all records too', () => {
    const of = open({});
    expect(scope(of, { ...nobody, isAdmin: true })).not.toBe(scope(of, nobody));
  });

  it.each<[string, AppModel, boolean]>([
    ['nothing is said', open({}), false],
    ['an entity is public', open({ cache: { policy: 'public' } }), false],
    ['an entity is private', open({ cache: { policy: 'private' } }), true],
    ['the app is private', open({}, { cache: { policy: 'private' } }), true],
    ['an entity must not be kept', open({ cache: { policy: 'no_store' } }), true],
  ])('knows who the caller is where the document wants that: %s', (_name, of, isPersonal) => {
    const [ann, ben] = [ANN, BEN].map((userId): Caller => ({ ...nobody, userId }));
    const scopes = new Set([ann, ben, nobody].map((caller) => scope(of, caller ?? nobody)));
    expect(scopes.size).toBe(isPersonal ? 3 : 1);
    expect(scope(of, { ...nobody, email: 'x@a.test' })).toBe(scope(of, nobody));
  });

  it('leaves out who the caller is where none of the entities is private', () => {
    const of = open({ cache: { policy: 'private' } });
    expect(scope(of, { ...nobody, userId: ANN }, ['note'])).toBe(scope(of, nobody, ['note']));
  });

  it('fails for an entity that is not there, also for admins', () => {
    for (const isAdmin of [false, true]) {
      expect(() => scope(open({}), { ...nobody, isAdmin }, ['gone'])).toThrow('There is no entity "gone"');
    }
  });
});

describe('accessScopeView', () => {
  const mine = { field: 'owner_id', operator: 'eq', value: { user: 'id' } };
  const policy = (name: string, ...conditions: JsonObject[]): JsonObject => ({
    entity: name,
    action: 'read',
    roles: ['sales'],
    conditions,
  });
  const of = model({
    entities: ['all', 'some', 'own', 'barred'].map((name) => entity(name, FIELDS)),
    permissions: [
      policy('all'),
      policy('all', mine),
      policy('some', { field: 'status', operator: 'not_in', value: ['open', 'done', 'open'] }),
      policy('own', mine, { field: 'price', operator: 'gte', value: 2 }),
      policy('own', { field: 'email', operator: 'neq', value: null }),
      { ...policy('barred'), roles: ['boss'] },
    ],
  });
  const names = ['some', 'own', 'barred', 'all', 'own'];
  const ann: Caller = { userId: ANN, email: null, roles: ['sales'], isAdmin: false };
  const view = (caller: Caller) =>
    accessScopeView(of, { entities: names, caller }).map(({ entity: name, ...access }) => [name, access]);

  it('says what the caller sees, and whether it is about them', () => {
    expect(view(ann)).toEqual([
      ['all', { sees: 'all', condition: null, byCaller: false }],
      ['barred', { sees: 'forbidden', condition: null, byCaller: false }],
      [
        'own',
        {
          sees: 'some',
          condition: `(owner_id = "${ANN}" and price >= 2) or email is not null`,
          byCaller: true,
        },
      ],
      ['some', { sees: 'some', condition: 'status not in ["done","open"]', byCaller: false }],
    ]);
  });

  it('knows who sees nothing, and that admins see all', () => {
    const own = model({
      entities: [entity('own', FIELDS)],
      permissions: [policy('own', mine)],
    });
    const read = (caller: Caller) => accessScopeView(own, { entities: ['own'], caller });
    expect(read({ ...ann, userId: null })).toEqual([
      { entity: 'own', sees: 'none', condition: null, byCaller: false },
    ]);
    expect(read({ ...ann, isAdmin: true })).toEqual([
      { entity: 'own', sees: 'all', condition: null, byCaller: false },
    ]);
  });
});
