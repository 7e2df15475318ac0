/** The texts are what older processes write and read: they stay as they are. */
import { describe, expect, it } from 'vitest';
import { RocketError } from '../../src/errors.ts';
import { appName, epoch, graphRevisionId, lsn, revision } from '../../src/ids.ts';
import {
  type CallContext,
  encodeContext,
  encodePlace,
  readContext,
  readPlace,
} from '../../src/protocol/call-context.ts';
import { APP_CALLS, USER_CALLS } from '../../src/protocol/calls.ts';
import { encodeRefusal, readRefusal } from '../../src/protocol/refusal.ts';

const AT = { app: appName('crm'), epoch: epoch(3) };
const CONTEXT: CallContext = {
  ...AT,
  graph: graphRevisionId('a'.repeat(32)),
  caller: { userId: null, email: null, roles: ['public'], isAdmin: false },
  requestId: 'r-1',
  deadlineAtMs: 1_800_000_000_000,
};
const USER = { id: 'u-1', email: 'a@b', roles: { crm: ['sales'] }, active: true };
const badRequest = (message: string) => expect.objectContaining({ code: 'BAD_REQUEST', message });

describe('what is signed', () => {
  it('is the context of an operation', () => {
    const text = JSON.stringify(encodeContext(CONTEXT));
    expect(text).toBe(
      `{"call":{"app":"crm","epoch":3,"graph":"${'a'.repeat(32)}","caller":{"userId":null,"email":null,"roles":["public"],"isAdmin":false},"requestId":"r-1","deadlineAtMs":1800000000000}}`,
    );
    expect(readContext(JSON.parse(text))).toStrictEqual(CONTEXT);
    const fresh = { ...CONTEXT, minLsn: lsn('16/B374D848') };
    expect(readContext(encodeContext(fresh))).toStrictEqual(fresh);
  });

  it.each([CONTEXT, null, { call: null }, { call: { ...CONTEXT, minLsn: 'now' } }])(
    'is not %j',
    (payload) => {
      expect(() => readContext(payload)).toThrow();
    },
  );

  it('is the place of an app for all other calls', () => {
    expect(JSON.stringify(encodePlace(CONTEXT))).toBe('{"app":"crm","epoch":3}');
    expect(readPlace({ app: 'crm', epoch: 3, more: 1 })).toStrictEqual(AT);
    expect(() => readPlace(null)).toThrow(badRequest('The call does not have its form: body'));
    expect(() => readPlace({ call: AT })).toThrow(badRequest('The call does not have its form: app, epoch'));
    expect(() => readPlace({ ...AT, epoch: 0 })).toThrow(
      badRequest('Epoch must be a positive integer, not 0'),
    );
  });
});

describe('calls', () => {
  it('have a path each', () => {
    const paths = Object.values({ ...APP_CALLS, ...USER_CALLS }).map(({ path }) => path);
    expect(paths).toEqual([
      '/internal/activate',
      '/internal/settle-activation',
      '/internal/adopt-database',
      '/internal/remove-app',
      '/internal/advise',
      '/internal/slow-queries',
      '/internal/outbox',
      '/internal/stored-events',
      '/internal/handle-event',
      '/internal/users/login',
      '/internal/users/refresh',
      '/internal/users/logout',
      '/internal/users/list',
      '/internal/users/find',
      '/internal/users/add',
      '/internal/users/remove',
    ]);
  });

  it('are written with their place', () => {
    const { activate, removeApp } = APP_CALLS;
    const input = { ...AT, revision: revision(4), sampleData: { customer: [{ id: 1 }] } };
    const text = '{"app":"crm","epoch":3,"revision":4,"sampleData":{"customer":[{"id":1}]}}';
    expect(activate.encodeInput(input, input)).toBe(text);
    expect(activate.readInput(JSON.parse(text))).toStrictEqual(input);
    expect(removeApp.encodeInput(AT, undefined)).toBe('{"app":"crm","epoch":3}');
    expect(USER_CALLS.login.encodeInput(AT, { email: 'a@b', password: 'p' })).toBe(
      '{"app":"crm","epoch":3,"email":"a@b","password":"p"}',
    );
  });

  it('are refused with the places that do not have their form', () => {
    const { activate, settleActivation } = APP_CALLS;
    expect(() => activate.readInput({ ...AT, revision: '1', sampleData: { customer: {} } })).toThrow(
      badRequest('The call does not have its form: revision, sampleData.customer'),
    );
    expect(() => settleActivation.readInput(null)).toThrow(
      badRequest('The call does not have its form: body'),
    );
  });

  it('that say nothing more take anything', () => {
    for (const body of [null, AT, []]) expect(USER_CALLS.list.readInput(body)).toBe(undefined);
    expect(APP_CALLS.removeApp.encodeAnswer(undefined)).toBe('null');
    for (const body of [null, { ok: true }]) expect(USER_CALLS.logout.readAnswer(body)).toBe(undefined);
  });

  it.each([
    [APP_CALLS.activate, { changes: ['create table customers'], rowsInserted: 3 }],
    [APP_CALLS.settleActivation, 'abandoned'],
    [USER_CALLS.login, { user: USER, refreshToken: 't' }],
    [USER_CALLS.list, [USER]],
    [USER_CALLS.find, USER],
    [USER_CALLS.add, USER],
  ] as const)('have their answers read: %j', ({ readAnswer }, answer) => {
    expect(readAnswer(structuredClone(answer))).toStrictEqual(answer);
    for (const other of [null, 'done', { users: [USER] }]) expect(() => readAnswer(other)).toThrow();
  });
});

describe('refusals', () => {
  it('hold code, message and details', () => {
    const error = new RocketError('POOL_EXHAUSTED', undefined, { details: { app: 'crm' }, cause: 'secret' });
    const text = encodeRefusal(error);
    expect(text).toBe(
      '{"error":{"code":"POOL_EXHAUSTED","message":"The database of this app is busy","details":{"app":"crm"}}}',
    );
    const read = readRefusal(JSON.parse(text));
    expect(read).toMatchObject({ code: 'POOL_EXHAUSTED', message: error.message, details: { app: 'crm' } });
    expect(readRefusal({ error: { code: 'NOT_FOUND', message: 'no' } })?.details).toEqual({});
  });

  it.each([null, '', {}, { error: 'no' }, { error: { code: 'OTHER', message: 'no' } }])(
    'are not %j',
    (body) => {
      expect(readRefusal(body)).toBe(null);
    },
  );
});
