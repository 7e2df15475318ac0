import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { CallerGone, createInternalSigner, createMetrics, MAX_INTERNAL_TTL_MS } from '@rocket/platform';
import {
  APP_CALLS,
  type AppAdvice,
  appName,
  type CallContext,
  epoch,
  graphRevisionId,
  INTERNAL_ANSWER_HEADERS,
  INTERNAL_CALL_HEADER,
  lsn,
  OPERATION_PATH,
  RocketError,
  type ShardService,
  type SlowQueryReport,
  type SubgraphAnswer,
  USER_CALLS,
  WEBHOOK_CALLS,
} from '@rocket/schema';
import { GraphQLError } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createShardServer } from '../../src/http/shard-server.ts';
import { DELIVERY, DETAIL, ENDPOINT, FILTER, SECRET } from '../support/webhook-messages.ts';
import { LOGGER } from '../support/write-app.ts';

const PATHS = [
  OPERATION_PATH,
  ...[APP_CALLS, USER_CALLS, WEBHOOK_CALLS].flatMap((calls) => Object.values(calls).map(({ path }) => path)),
];
const KEY = 'internal-key';
const MAX_BODY_BYTES = 1_000;
const AT = { app: appName('crm'), epoch: epoch(2) };
const CONTEXT: CallContext = {
  ...AT,
  graph: graphRevisionId('0'.repeat(32)),
  caller: { userId: 'u-1', email: 'ann@example.org', roles: ['sales'], isAdmin: false },
  requestId: 'r-1',
  deadlineAtMs: 9_999_999_999_999,
};
const USER = { id: 'u-1', email: 'ann@example.org', roles: { crm: ['sales'] }, active: true };
const ADVICE: AppAdvice = { since: '2026-01-01T00:00:00.000Z', suggestions: [] };
const SLOW: SlowQueryReport = {
  text: 'SELECT $1',
  label: null,
  count: 2,
  meanMs: 150.5,
  worstMs: 200,
  lastSeenAt: '2026-01-01T00:00:00.000Z',
  plan: { kind: 'plan', text: 'Result' },
};
const OUTBOX = { waiting: 2, oldestWaitingMs: 1.5, publishedLastHour: 7, countedUpTo: 50_000 };
const EVENT = {
  consumer: 'workflows',
  subject: 'rocket.ev.crm.deal.update',
  payload: '{"n":12345678901234567890}',
};
const STORED = [{ id: '7', payload: '{"v":1,"n":12345678901234567890}' }];
const OF = { endpoint: ENDPOINT.id };
const AT_4 = { ...AT, revision: 4 };
const SESSION = { user: USER, refreshToken: 'token' };

let calls: [name: string, ...given: unknown[]][];
let ready: () => Promise<void>;
let execute: ShardService['execute'];
let url: string;
let server: ReturnType<typeof createShardServer>;

beforeEach(async () => {
  calls = [];
  ready = async () => undefined;
  execute = async () => answer({ ok: true });
  server = createShardServer({
    service: recordingService(),
    internalKey: KEY,
    logger: LOGGER,
    maxBodyBytes: MAX_BODY_BYTES,
    checkReady: () => ready(),
    metrics: createMetrics({ processMetrics: true }),
  });
  url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
});
afterEach(() => server.close());

/** The contract with nothing behind it: what arrives is what is tested. */
function recordingService(): ShardService {
  const record =
    <T>(name: string, answer: T) =>
    async (...given: unknown[]): Promise<T> => {
      calls.push([name, ...given]);
      return answer;
    };
  return {
    execute: async (context, operation, signal) => {
      calls.push(['execute', context, operation]);
      return await execute(context, operation, signal);
    },
    activate: record('activate', { changes: ['create table customers'], rowsInserted: 3 }),
    settleActivation: record('settleActivation', 'active' as const),
    adoptDatabase: record('adoptDatabase', undefined),
    removeApp: record('removeApp', undefined),
    advise: record('advise', ADVICE),
    slowQueries: record('slowQueries', [SLOW]),
    outbox: record('outbox', OUTBOX),
    storedEvents: record('storedEvents', STORED),
    handleEvent: record('handleEvent', undefined),
    users: {
      login: record('login', SESSION),
      refresh: record('refresh', SESSION),
      logout: record('logout', undefined),
      list: record('list', [USER]),
      find: record('find', USER),
      add: record('add', USER),
      remove: record('remove', undefined),
    },
    webhooks: {
      endpoints: record('endpoints', [ENDPOINT]),
      secret: record('secret', SECRET),
      rotate: record('rotate', SECRET),
      setEnabled: record('setEnabled', undefined),
      deliveries: record('deliveries', [DELIVERY]),
      delivery: record('delivery', DETAIL),
      redeliver: record('redeliver', { count: 2 }),
      test: record('test', DETAIL),
    },
  };
}

interface Sent {
  readonly path: string;
  readonly header?: string | undefined;
  readonly body: string;
}

/** Not by `fetch`: it repeats what is answered with 421, as gateways do not. */
async function post({ path, header, body }: Sent): Promise<{ status: number | undefined; body: unknown }> {
  const sent = httpRequest(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(header === undefined ? {} : { [INTERNAL_CALL_HEADER]: header }),
    },
  });
  sent.end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

/** What a shard answers to an operation that wrote nothing. */
function answer(data: Record<string, unknown>): SubgraphAnswer {
  return {
    hasErrors: false,
    lsn: null,
    facts: null,
    json: () => JSON.stringify({ data }),
    result: () => ({ data }),
  };
}

const QUERY = JSON.stringify({ query: '{ ok }' });
const signer = createInternalSigner(KEY);
const callHeader = (path: string, body: string) => signer.signCall(CONTEXT, { method: 'POST', path, body });
const adminHeader = (path: string, body: string) => signer.sign(AT, { method: 'POST', path, body });
const operationText = (body: string) => {
  const path = OPERATION_PATH;
  return post({ path, header: callHeader(path, body), body });
};
const operation = (body: unknown = { query: '{ ok }' }) => operationText(JSON.stringify(body));
const adminCall = (path: string, given: unknown) => {
  const body = JSON.stringify(given);
  return post({ path, header: adminHeader(path, body), body });
};

describe('operations', () => {
  it('reach the service with the signed context and come back whole', async () => {
    const body = { query: 'query Q($a: Int) { ok }', variables: { a: 1 }, operationName: 'Q' };
    expect(await operation(body)).toEqual({ status: 200, body: { data: { ok: true } } });
    expect(calls).toEqual([['execute', CONTEXT, body]]);
  });

  it('are told when the gateway gives them up', async () => {
    const started = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<unknown>();
    execute = async (_context, _operation, signal) => {
      signal?.addEventListener('abort', () => gone.resolve(signal.reason));
      started.resolve();
      return await new Promise(() => undefined);
    };
    const leaving = new AbortController();
    const header = callHeader(OPERATION_PATH, QUERY);
    const headers = { 'content-type': 'application/json', [INTERNAL_CALL_HEADER]: header };
    const { signal } = leaving;
    const asked = fetch(`${url}${OPERATION_PATH}`, { method: 'POST', headers, body: QUERY, signal });
    await started.promise;
    leaving.abort();
    await expect(asked).rejects.toThrow('abort');
    expect(await gone.promise).toBeInstanceOf(CallerGone);
  });

  it('say in headers what a gateway must know before it parses', async () => {
    const result = { data: { ok: null }, errors: [new GraphQLError('no')] };
    execute = async () => ({
      hasErrors: true,
      lsn: lsn('16/B374D848'),
      facts: null,
      json: () => JSON.stringify(result),
      result: () => result,
    });
    const response = await fetch(`${url}${OPERATION_PATH}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [INTERNAL_CALL_HEADER]: callHeader(OPERATION_PATH, QUERY),
      },
      body: QUERY,
    });
    expect(response.headers.get(INTERNAL_ANSWER_HEADERS.hasErrors)).toBe('1');
    expect(response.headers.get(INTERNAL_ANSWER_HEADERS.lsn)).toBe('16/B374D848');
    await response.arrayBuffer();
  });

  it('take null for what they leave out', async () => {
    await operation({ query: '{ ok }', variables: null, operationName: null });
    expect(calls).toEqual([['execute', CONTEXT, { query: '{ ok }' }]]);
  });

  it.each([
    [
      new RocketError('WRONG_EPOCH', 'not here'),
      421,
      { code: 'WRONG_EPOCH', message: 'not here', details: {} },
    ],
    [
      new RocketError('POOL_EXHAUSTED', undefined, { details: { app: 'crm' } }),
      503,
      { code: 'POOL_EXHAUSTED', message: 'The database of this app is busy', details: { app: 'crm' } },
    ],
    [
      new Error('relation "customers" does not exist at 10.0.0.1'),
      500,
      { code: 'INTERNAL_ERROR', message: 'Something went wrong on our side', details: {} },
    ],
  ])('answer %s with its status and nothing of what is inside', async (error, status, shown) => {
    execute = async () => {
      throw error;
    };
    expect(await operation()).toEqual({ status, body: { error: shown } });
  });

  it.each(['', '{', 'null', '[]', '{"query": 1}', '{"query": "{ ok }", "variables": []}'])(
    'are refused when the body is %j',
    async (body) => {
      expect(await operationText(body)).toMatchObject({
        status: 400,
        body: { error: { code: 'BAD_REQUEST' } },
      });
      expect(calls).toEqual([]);
    },
  );

  it('are refused over the size limit', async () => {
    const query = 'x'.repeat(MAX_BODY_BYTES);
    expect(await operation({ query })).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    });
    expect(calls).toEqual([]);
  });
});

describe('signatures', () => {
  it.each(PATHS)('are asked for at %s', async (path) => {
    const body = '{}';
    const forged = [
      undefined,
      '',
      'x.y',
      `${callHeader(path, body)}x`,
      createInternalSigner('other key').sign(AT, { method: 'POST', path, body }),
      adminHeader(`${path}/`, body),
      signer.sign(AT, { method: 'GET', path, body }),
    ];
    for (const header of forged) {
      expect(await post({ path, header, body })).toMatchObject({
        status: 401,
        body: { error: { code: 'UNAUTHENTICATED' } },
      });
    }
    expect(calls).toEqual([]);
  });

  it.each([MAX_INTERNAL_TTL_MS + 1_000, -60_000])('do not serve for a clock that is %d ms on', async (ms) => {
    const header = callHeader(OPERATION_PATH, QUERY);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    const answered = await post({ path: OPERATION_PATH, header, body: QUERY });
    vi.useRealTimers();
    expect(answered.status).toBe(401);
    expect(calls).toEqual([]);
  });

  it('serve for one path, one body and one time', async () => {
    const { login, list } = USER_CALLS;
    const heard = callHeader(OPERATION_PATH, QUERY);
    const other = JSON.stringify({ query: 'mutation { deleteAll }' });
    const sent = [
      { path: OPERATION_PATH, header: heard, body: other },
      { path: OPERATION_PATH, header: heard, body: '' },
      { path: `${OPERATION_PATH}?x`, header: heard, body: QUERY },
      { path: list.path, header: adminHeader(login.path, QUERY), body: QUERY },
    ];
    for (const each of sent) expect((await post(each)).status).toBe(401);
    expect(calls).toEqual([]);
    expect((await post({ path: OPERATION_PATH, header: heard, body: QUERY })).status).toBe(200);
    expect((await post({ path: OPERATION_PATH, header: heard, body: QUERY })).status).toBe(401);
    expect(calls).toHaveLength(1);
  });

  it('serve once though sent twice at the same time', async () => {
    const sent = { path: OPERATION_PATH, header: callHeader(OPERATION_PATH, QUERY) };
    const answers = await Promise.all([1, 2, 3].map(() => post({ ...sent, body: QUERY })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    expect(calls).toHaveLength(1);
  });

  it('are checked before the body has arrived', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const unfinished = httpRequest(`${url}${APP_CALLS.activate.path}`, {
      method: 'POST',
      headers: { 'content-length': '1000000' },
    });
    unfinished.on('response', (response) => resolve(response.statusCode)).on('error', reject);
    unfinished.write('{');
    expect(await promise).toBe(401);
    unfinished.destroy();
  });

  it('of an operation do not serve for another call, and the other way round', async () => {
    const removeApp = APP_CALLS.removeApp.path;
    const body = JSON.stringify({ app: 'crm', epoch: 2 });
    expect((await post({ path: removeApp, header: callHeader(removeApp, body), body })).status).toBe(400);
    expect(
      (await post({ path: OPERATION_PATH, header: adminHeader(OPERATION_PATH, QUERY), body: QUERY })).status,
    ).toBe(401);
    expect(calls).toEqual([]);
  });
});

describe('other calls', () => {
  const credentials = { email: 'ann@example.org', password: 'correct horse' };

  it.each([
    [
      APP_CALLS.activate.path,
      { ...AT, revision: 4, sampleData: { customer: [{ id: 1 }] } },
      ['activate', { ...AT, revision: 4, sampleData: { customer: [{ id: 1 }] } }],
      { changes: ['create table customers'], rowsInserted: 3 },
    ],
    [APP_CALLS.settleActivation.path, AT_4, ['settleActivation', AT_4], 'active'],
    [APP_CALLS.adoptDatabase.path, AT, ['adoptDatabase', AT], null],
    [APP_CALLS.removeApp.path, AT, ['removeApp', AT], null],
    [APP_CALLS.advise.path, AT, ['advise', AT], ADVICE],
    [APP_CALLS.slowQueries.path, { ...AT, plans: true }, ['slowQueries', AT, { plans: true }], [SLOW]],
    [APP_CALLS.outbox.path, AT, ['outbox', AT], OUTBOX],
    [APP_CALLS.storedEvents.path, { ...AT, ids: ['7'] }, ['storedEvents', AT, { ids: ['7'] }], STORED],
    [APP_CALLS.handleEvent.path, { ...AT, ...EVENT }, ['handleEvent', AT, EVENT], null],
    [USER_CALLS.login.path, { ...AT, ...credentials }, ['login', AT, credentials], SESSION],
    [USER_CALLS.refresh.path, { ...AT, refreshToken: 't' }, ['refresh', AT, { refreshToken: 't' }], SESSION],
    [USER_CALLS.logout.path, { ...AT, refreshToken: 't' }, ['logout', AT, { refreshToken: 't' }], null],
    [USER_CALLS.list.path, AT, ['list', AT], [USER]],
    [
      USER_CALLS.add.path,
      { ...AT, ...credentials, roles: { crm: ['sales'] } },
      ['add', AT, { ...credentials, roles: { crm: ['sales'] } }],
      USER,
    ],
    [USER_CALLS.find.path, { ...AT, email: 'a@b' }, ['find', AT, { email: 'a@b' }], USER],
    [USER_CALLS.remove.path, { ...AT, id: 'u-1' }, ['remove', AT, { id: 'u-1' }], null],
    [WEBHOOK_CALLS.endpoints.path, AT, ['endpoints', AT], [ENDPOINT]],
    [WEBHOOK_CALLS.secret.path, { ...AT, ...OF }, ['secret', AT, OF], SECRET],
    [
      WEBHOOK_CALLS.rotate.path,
      { ...AT, ...OF, secret: null, overlapMs: 5 },
      ['rotate', AT, { ...OF, secret: null, overlapMs: 5 }],
      SECRET,
    ],
    [
      WEBHOOK_CALLS.setEnabled.path,
      { ...AT, ...OF, isEnabled: false },
      ['setEnabled', AT, { ...OF, isEnabled: false }],
      null,
    ],
    [
      WEBHOOK_CALLS.deliveries.path,
      { ...AT, filter: FILTER, after: null, limit: 10 },
      ['deliveries', AT, { filter: FILTER, after: null, limit: 10 }],
      [DELIVERY],
    ],
    [WEBHOOK_CALLS.delivery.path, { ...AT, id: DELIVERY.id }, ['delivery', AT, { id: DELIVERY.id }], DETAIL],
    [
      WEBHOOK_CALLS.redeliver.path,
      { ...AT, kind: 'ids', ids: [DELIVERY.id] },
      ['redeliver', AT, { kind: 'ids', ids: [DELIVERY.id] }],
      { count: 2 },
    ],
    [
      WEBHOOK_CALLS.redeliver.path,
      { ...AT, kind: 'filter', filter: FILTER },
      ['redeliver', AT, { kind: 'filter', filter: FILTER }],
      { count: 2 },
    ],
    [WEBHOOK_CALLS.test.path, { ...AT, ...OF }, ['test', AT, OF], DETAIL],
  ] as const)('reach the service: %s', async (path, body, expected, answer) => {
    expect(await adminCall(path, body)).toEqual({ status: 200, body: answer });
    expect(calls).toEqual([expected]);
  });

  it('act on the app that is signed, whatever the body says', async () => {
    const other = { app: 'other', epoch: 9 };
    await adminCall(APP_CALLS.removeApp.path, other);
    await adminCall(APP_CALLS.activate.path, { ...other, revision: 1, sampleData: {} });
    expect(calls).toEqual([
      ['removeApp', AT],
      ['activate', { ...AT, revision: 1, sampleData: {} }],
    ]);
  });

  it.each([
    [USER_CALLS.login.path, { email: 'a@b' }],
    [USER_CALLS.add.path, { ...credentials, roles: ['sales'] }],
    [APP_CALLS.slowQueries.path, AT],
    [APP_CALLS.activate.path, { ...AT, revision: 0, sampleData: {} }],
    [APP_CALLS.storedEvents.path, AT],
    [APP_CALLS.handleEvent.path, { ...AT, consumer: 'workflows', payload: '{}' }],
    [APP_CALLS.handleEvent.path, { ...AT, ...EVENT, payload: {} }],
    [APP_CALLS.storedEvents.path, { ...AT, ids: ['7; drop'] }],
    [APP_CALLS.storedEvents.path, { ...AT, ids: ['9223372036854775808'] }],
    [APP_CALLS.storedEvents.path, { ...AT, ids: [...'12345678901'] }],
    [APP_CALLS.settleActivation.path, AT],
    [APP_CALLS.activate.path, { ...AT, revision: 1, sampleData: { customer: {} } }],
    [WEBHOOK_CALLS.secret.path, { endpoint: 'https://x.test/h' }],
    [WEBHOOK_CALLS.rotate.path, { ...OF, secret: null, overlapMs: -1 }],
    [WEBHOOK_CALLS.deliveries.path, { filter: FILTER, after: null, limit: 100_000 }],
    [WEBHOOK_CALLS.deliveries.path, { filter: { ...FILTER, status: 'lost' }, after: null, limit: 1 }],
    [WEBHOOK_CALLS.redeliver.path, { kind: 'all' }],
  ])('are refused when the body does not have its form: %s', async (path, body) => {
    expect(await adminCall(path, body)).toMatchObject({
      status: 400,
      body: { error: { code: 'BAD_REQUEST' } },
    });
    expect(calls).toEqual([]);
  });

  it('at an unknown path are not found', async () => {
    expect(await adminCall('/internal/nope', {})).toMatchObject({ status: 404 });
  });
});

describe('the process', () => {
  it('gives its measurements to a scraper', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('process_cpu_seconds_total');
  });

  it('says that it lives, and apart from that whether it can serve', async () => {
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    ready = async () => {
      throw new Error('catalog at 10.0.0.1 is gone');
    };
    const refused = await fetch(`${url}/ready`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).not.toContain('10.0.0.1');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/internal/graphql`)).status).toBe(404);
  });

  it('finishes what is in flight when it closes, and accepts nothing more', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    execute = async () => {
      started.resolve();
      await finish.promise;
      return answer({ late: true });
    };
    await fetch(`${url}/health`);
    const inFlight = operation();
    await started.promise;
    const closed = server.close();
    await expect(fetch(`${url}/health`)).rejects.toThrow();
    finish.resolve();
    expect(await inFlight).toEqual({ status: 200, body: { data: { late: true } } });
    await closed;
  });
});
