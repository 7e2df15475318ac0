import { appName, RocketError } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { createChangeCursors } from '../../src/subscriptions/change-cursor.ts';
import { entityView, recordFilter } from '../../src/subscriptions/entity-view.ts';
import { CRM, DEAL, dealKey, MODEL, userOf } from './deal-app.ts';

const SCOPE = { app: CRM, entity: 'deal', arguments: [null, { a: 1 }, null], identity: userOf('sales') };
const POINT = { place: { position: 7, id: 'm7' }, row: null };
const cursors = createChangeCursors('k'.repeat(32));

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof RocketError) return error.code;
    throw error;
  }
  throw new Error('Nothing was refused');
}

describe('a cursor', () => {
  it.each([POINT, { place: { position: 0, id: null }, row: 'row' }])(
    'is read as it was made: %j',
    (point) => {
      expect(cursors.of(SCOPE).read(cursors.of(SCOPE).encode(point))).toEqual(point);
    },
  );

  it.each([
    ['app', { ...SCOPE, app: appName('shop') }],
    ['entity', { ...SCOPE, entity: 'contact' }],
    ['arguments', { ...SCOPE, arguments: [null, { a: 2 }, null] }],
    ['user', { ...SCOPE, identity: userOf('sales', 'sales-2') }],
    ['kind of user', { ...SCOPE, identity: { kind: 'platform', userId: 'sales-1', email: null } as const }],
    ['nobody', { ...SCOPE, identity: { kind: 'anonymous' } as const }],
  ])('is bound to the %s', (_, scope) => {
    expect(codeOf(() => cursors.of(scope).read(cursors.of(SCOPE).encode(POINT)))).toBe('FORBIDDEN');
  });

  it('stays valid when the roles of the user change', () => {
    const cursor = cursors.of(SCOPE).encode(POINT);
    expect(cursors.of({ ...SCOPE, identity: userOf('boss', 'sales-1') }).read(cursor)).toEqual(POINT);
  });

  it('stays valid when another document names fields in another order', () => {
    const of = (where: unknown) => cursors.of({ ...SCOPE, arguments: [null, where, null] });
    const cursor = of({ AND: [{ a: { eq: 1 }, b: { eq: 2 } }] }).encode(POINT);
    expect(of({ AND: [{ b: { eq: 2 }, a: { eq: 1 } }] }).read(cursor)).toEqual(POINT);
  });

  it('is forbidden when somebody made it', () => {
    const forged = createChangeCursors('x'.repeat(32)).of(SCOPE).encode(POINT);
    expect(codeOf(() => cursors.of(SCOPE).read(forged))).toBe('FORBIDDEN');
  });

  it.each(['', 'x', 'a.b.c', 'ä.b', `${'a'.repeat(2_000)}.${'b'.repeat(100)}`])('is none: %.20s', (text) => {
    expect(codeOf(() => cursors.of(SCOPE).read(text))).toBe('BAD_CURSOR');
  });
});

describe('what somebody sees of the changes of an entity', () => {
  const viewed = (...roles: string[]) => ({
    ...{ model: MODEL, entity: DEAL },
    caller: { userId: 'u', email: null, roles, isAdmin: false },
  });

  it.each([
    [{ contact: { name: { eq: 'x' } } }, 'related ones'],
    [{ NOT: { OR: [{ name: { eq: 'x' } }, { contact: { name: { eq: 'x' } } }] } }, 'related ones'],
  ])('is not decided by %j', (where, place) => {
    expect(() => recordFilter({ id: null, where }, viewed('boss'))).toThrow(place);
  });

  it('is of one key, which has to be one', () => {
    expect(recordFilter({ id: dealKey(1), where: null }, viewed('boss')).key).toBe(dealKey(1));
    expect(codeOf(() => recordFilter({ id: 'x', where: null }, viewed('boss')))).toBe('BAD_USER_INPUT');
  });

  it('is nothing for who may read none', () => {
    const { where } = recordFilter({ id: null, where: null }, viewed('boss'));
    expect(codeOf(() => entityView(viewed('guest'), where))).toBe('FORBIDDEN');
  });

  it('is by their view what changes it', () => {
    const { where } = recordFilter({ id: null, where: { stage: { eq: 'open' } } }, viewed('sales'));
    const view = entityView(viewed('sales'), where);
    const [inside, outside] = [{ stage: 'open' }, { stage: 'done' }];
    expect(
      [
        [null, inside],
        [inside, inside],
        [outside, inside],
        [inside, outside],
        [inside, null],
        [outside, outside],
        [null, outside],
      ].map(([previous = null, record = null]) => view.operationOf({ previous, record })),
    ).toEqual(['ADDED', 'UPDATED', 'ADDED', 'REMOVED', 'REMOVED', null, null]);
  });
});
