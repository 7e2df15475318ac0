import { randomBytes } from 'node:crypto';
import { webhookSecret, webhookSecretProblem } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { selectEndpoint, toEndpoint } from '../../src/webhooks/endpoint-sql.ts';
import { AT, createWebhookAdminApp, UNKNOWN, type WebhookAdminApp } from '../support/webhook-admin-app.ts';

let app: WebhookAdminApp;
beforeAll(async () => {
  app = await createWebhookAdminApp();
});
afterAll(() => app?.dispose());
beforeEach(() => app.clear());

const DAY_MS = 24 * 60 * 60_000;
const another = () => webhookSecret(randomBytes(24));
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
/** What requests to it are signed with. */
const secretsOf = async (id: string) => {
  const [row] = await app.database.query(selectEndpoint(id));
  return row === undefined ? [] : toEndpoint(row).secrets;
};

describe('the list', () => {
  it('has what the document calls, with what it is used for', async () => {
    const { base } = app.receiver;
    const unused = {
      ...{ id: expect.any(String), createdAt: isoTime, disabled: null, failingSince: null },
      ...{ formerSecretUntil: null, waiting: 0, failed: 0 },
    };
    const listed = await app.webhooks.endpoints(AT);
    expect(listed).toEqual([
      {
        ...{ ...unused, url: `${base}/a` },
        uses: [
          { event: 'after_write', of: 'log', method: 'PATCH' },
          { event: 'before_delete', of: 'task', method: 'DELETE' },
        ],
      },
      { ...unused, url: `${base}/b`, uses: [{ event: 'workflow', of: 'inform', method: 'PUT' }] },
      { ...unused, url: `${base}/c`, uses: [{ event: 'transition', of: 'task', method: 'POST' }] },
    ]);
    expect(await app.webhooks.endpoints(AT)).toEqual(listed);
  });

  it('keeps what the document does not use any more, also of an app that serves nothing', async () => {
    const listed = await app.webhooks.endpoints(AT);
    const unserved = app.webhooksOf({ served: null });
    expect(await unserved.endpoints(AT)).toEqual(listed.map((endpoint) => ({ ...endpoint, uses: [] })));
  });

  it('counts what waits and what has failed', async () => {
    const { id } = await app.endpoint('/a');
    for (const status of ['pending', 'retrying', 'failed', 'failed', 'failed', 'delivered'] as const)
      await app.store(id, { status });
    expect(await app.endpoint('/a')).toMatchObject({ waiting: 2, failed: 3 });
    expect(await app.endpoint('/b')).toMatchObject({ waiting: 0, failed: 0 });
  });

  it('is there for an app that was activated before there were these tables', async () => {
    await app.rows('DROP TABLE _webhook_endpoints, _webhook_forms, _webhook_deliveries, _webhook_attempts');
    const asked = [1, 2, 3].map(() => app.webhooks.endpoints(AT));
    for (const listed of await Promise.all(asked)) expect(listed).toHaveLength(3);
  });
});

describe('secrets', () => {
  it('are made once, and replaced by another one', async () => {
    const { id } = await app.endpoint('/a');
    const { secret } = await app.webhooks.secret(AT, { endpoint: id });
    expect(webhookSecretProblem(secret)).toBeNull();
    expect(await app.webhooks.secret(AT, { endpoint: id })).toEqual({ secret });
    const made = await app.webhooks.rotate(AT, { endpoint: id, secret: null, overlapMs: 0 });
    expect(made.secret).not.toBe(secret);
    expect(webhookSecretProblem(made.secret)).toBeNull();
    expect(await app.webhooks.secret(AT, { endpoint: id })).toEqual(made);
    expect(await secretsOf(id)).toEqual([made.secret]);
    expect((await app.endpoint('/a')).formerSecretUntil).toBeNull();
  });

  it('sign together with the former one, for as long as it is said', async () => {
    const { id } = await app.endpoint('/a');
    const { secret: former } = await app.webhooks.secret(AT, { endpoint: id });
    const secret = another();
    expect(await app.webhooks.rotate(AT, { endpoint: id, secret, overlapMs: DAY_MS })).toEqual({ secret });
    expect(await secretsOf(id)).toEqual([secret, former]);
    const { formerSecretUntil } = await app.endpoint('/a');
    const leftMs = Date.parse(formerSecretUntil ?? '') - Date.now();
    expect(leftMs).toBeGreaterThan(DAY_MS - 60_000);
    expect(leftMs).toBeLessThanOrEqual(DAY_MS + 1_000);
    await app.webhooks.rotate(AT, { endpoint: id, secret, overlapMs: 0 });
    expect(await secretsOf(id)).toEqual([secret]);
  });

  it('leave the former one its time when the same one is given again', async () => {
    const { id } = await app.endpoint('/a');
    const { secret: former } = await app.webhooks.secret(AT, { endpoint: id });
    const given = { endpoint: id, secret: another(), overlapMs: DAY_MS };
    await app.webhooks.rotate(AT, given);
    const { formerSecretUntil } = await app.endpoint('/a');
    await app.webhooks.rotate(AT, { ...given, overlapMs: 2 * DAY_MS });
    expect(await secretsOf(id)).toEqual([given.secret, former]);
    expect(await app.endpoint('/a')).toMatchObject({ formerSecretUntil });
  });

  it('that are over sign nothing, and do not come back', async () => {
    const { id } = await app.endpoint('/a');
    const given = { endpoint: id, secret: another(), overlapMs: 1 };
    await app.webhooks.rotate(AT, given);
    await until(async () => (await secretsOf(id)).length === 1);
    expect((await app.endpoint('/a')).formerSecretUntil).toBeNull();
    await app.webhooks.rotate(AT, { ...given, overlapMs: DAY_MS });
    expect(await secretsOf(id)).toEqual([given.secret]);
  });

  it.each([
    [{ secret: 'open sesame' }, 'secret'],
    [{ secret: 'whsec_c2hvcnQ=' }, 'secret'],
    [{ secret: '' }, 'secret'],
    [{ overlapMs: 367 * DAY_MS }, 'overlapMs'],
    [{ overlapMs: Number.MAX_SAFE_INTEGER }, 'overlapMs'],
  ])('are not changed by %j', async (wrong, place) => {
    const { id } = await app.endpoint('/a');
    const before = await secretsOf(id);
    const asked = app.webhooks.rotate(AT, { endpoint: id, secret: another(), overlapMs: 0, ...wrong });
    await expect(asked).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(`\`${place}\``),
    });
    expect(await secretsOf(id)).toEqual(before);
  });
});

describe('an endpoint', () => {
  it('is disabled: what waits has failed; and it is enabled again', async () => {
    const { id } = await app.endpoint('/a');
    const other = await app.endpoint('/b');
    const waiting = await app.store(id, { status: 'retrying' });
    const elsewhere = await app.store(other.id, { status: 'pending' });
    await app.rows('UPDATE _webhook_endpoints SET failing_since = now()');
    await app.webhooks.setEnabled(AT, { endpoint: id, isEnabled: false });
    const disabled = await app.endpoint('/a');
    expect(disabled).toMatchObject({ disabled: { reason: 'admin', at: isoTime }, waiting: 0, failed: 1 });
    expect(await app.webhooks.delivery(AT, { id: waiting })).toMatchObject({
      ...{ status: 'failed', error: 'the endpoint is disabled', dueAt: null, endedAt: isoTime },
    });
    expect(await app.webhooks.delivery(AT, { id: elsewhere })).toMatchObject({ status: 'pending' });
    await app.webhooks.setEnabled(AT, { endpoint: id, isEnabled: false });
    expect(await app.endpoint('/a')).toEqual(disabled);
    await app.webhooks.setEnabled(AT, { endpoint: id, isEnabled: true });
    expect(await app.endpoint('/a')).toMatchObject({ disabled: null, failingSince: null, failed: 1 });
    expect((await app.endpoint('/b')).failingSince).toEqual(isoTime);
  });

  it('that is disabled otherwise stays so for that reason', async () => {
    const { id } = await app.endpoint('/a');
    await app.rows(`UPDATE _webhook_endpoints SET disabled_at = now(), disabled_reason = 'gone'`);
    await app.webhooks.setEnabled(AT, { endpoint: id, isEnabled: false });
    expect(await app.endpoint('/a')).toMatchObject({ disabled: { reason: 'gone' } });
  });

  it.each([UNKNOWN, 'no id'])('that is not there is not found: %s', async (endpoint) => {
    const { webhooks } = app;
    const asked = [
      () => webhooks.secret(AT, { endpoint }),
      () => webhooks.rotate(AT, { endpoint, secret: null, overlapMs: 0 }),
      () => webhooks.setEnabled(AT, { endpoint, isEnabled: true }),
      () => webhooks.setEnabled(AT, { endpoint, isEnabled: false }),
      () => webhooks.test(AT, { endpoint }),
    ];
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
