/** What a compatible engine has to do with webhooks after a write; the number is that of the format. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteEntity } from '../harness/note-entity.ts';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../harness/rocket-examples.ts';
import { until } from '../harness/until.ts';
import { startWebhookReceiver, verified, type WebhookReceiver } from '../harness/webhook-receiver.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

let world: World;
let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  world = await createWorld({ ROCKET_OUTGOING_ALLOW: '127.0.0.1' });
});
afterAll(async () => {
  await world.dispose();
  await receiver.close();
});

const admin = (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
  world.ask('/admin/graphql', query, { variables });

/** By its address. */
async function secretOf(app: string, url: string): Promise<string> {
  const named = world.app(app);
  const query = 'query ($app: ID!) { webhookEndpoints(app: $app) { id url } }';
  const endpoints = fieldOf<{ id: string; url: string }[]>(
    await admin(query, { app: named }),
    'webhookEndpoints',
  );
  const endpoint = endpoints.find((each) => each.url === url)?.id;
  const secret = 'query ($app: ID!, $endpoint: ID!) { webhookSecret(app: $app, endpoint: $endpoint) }';
  return fieldOf<string>(await admin(secret, { app: named, endpoint }), 'webhookSecret');
}

const DELIVERIES = `query ($app: ID!) { webhookDeliveries(app: $app, limit: 100) {
  deliveries { id url status attempts maxAttempts lastStatus error createdAt dueAt entity recordKey } } }`;

interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly status: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly dueAt: string | null;
}

async function deliveries(app: string): Promise<readonly Delivery[]> {
  const answer = await admin(DELIVERIES, { app: world.app(app) });
  return fieldOf<{ deliveries: Delivery[] }>(answer, 'webhookDeliveries').deliveries;
}

describe('a webhook that is sent after a write', () => {
  it('20: the receiver answers 500, and it is tried again after 30 s', async () => {
    const url = `${receiver.url}/broken`;
    receiver.statuses.set('/broken', 500);
    const imported = await world.importApp('notes', {
      version: 1,
      entities: [noteEntity({ name: 'title', type: 'string', required: true })],
      webhooks: [
        {
          entity: 'note',
          hook: 'after_write',
          url,
          async: true,
          retry: { max_attempts: 3, backoff: 'exponential' },
        },
      ],
    });
    expect(imported.data?.['importApp']).toMatchObject({ warnings: [] });
    const created = await world.askApp(
      'notes',
      'mutation { it: createNote(input: { title: "a" }) { note { id } } }',
      {
        once: true,
      },
    );
    const { note } = fieldOf<{ note: { id: string } }>(created, 'it');
    await until(async () => (await deliveries('notes')).length === 1);
    const [delivery] = await deliveries('notes');
    expect(delivery).toMatchObject({
      ...{ url, status: 'retrying', attempts: 1, maxAttempts: 3, lastStatus: 500 },
      ...{ error: 'the receiver answered with 500', entity: 'note', recordKey: note.id },
    });
    const pauseMs = Date.parse(delivery?.dueAt ?? '') - Date.parse(delivery?.createdAt ?? '');
    expect(pauseMs).toBeGreaterThanOrEqual(30_000);
    expect(pauseMs).toBeLessThan(34_000);
  });
});

describe.skipIf(!HAS_ROCKET_EXAMPLES)(
  'webhooks of the examples (skipped where ../shared/rocket-examples is not there)',
  () => {
    const id = (kind: number, n: number) => `${kind}0000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
    beforeAll(async () => {
      for (const [app, name] of [
        ['helpdesk', 'helpdesk-ticketing'],
        ['cms', 'content-management'],
      ] as const) {
        const text = JSON.stringify(rocketExample(name));
        const local = JSON.parse(text.replaceAll('https://hooks.example.com', receiver.url));
        expect((await world.importApp(app, local)).errors).toEqual([]);
      }
    });

    const write = async (app: string, mutation: string): Promise<string> => {
      const answer = await world.askApp(app, `mutation { it: ${mutation} }`, { once: true });
      const it = fieldOf<{ record: { id: string } | null; errors: object[] }>(answer, 'it');
      expect(it.errors).toEqual([]);
      return it.record?.id ?? '';
    };
    /** What came to an address about a record, verified. */
    const cameTo = async (app: string, path: string, key: string, times = 1) => {
      const about = () =>
        receiver.received.filter(
          (each) => each.path === path && each.body.includes(`"record":{"id":"${key}"`),
        );
      await until(() => about().length >= times);
      const secret = await secretOf(app, `${receiver.url}${path}`);
      return about().map((each) => ({ headers: each.headers, payload: verified(each, secret) }));
    };

    it('tell of tickets that are created, and of those that are resolved', async () => {
      const key = await write(
        'helpdesk',
        `createTicket(input: { title: "All is down", description: "d", customerId: "${id(1, 1)}" }) { record: ticket { id } errors { message } }`,
      );
      const [created] = await cameTo('helpdesk', '/ticket-created', key);
      expect(created?.headers).toMatchObject({
        'x-source': 'rocket-helpdesk',
        'content-type': 'application/json',
      });
      expect(created?.payload).toMatchObject({
        ...{ event: 'after_write', entity: 'ticket', action: 'create', old: {} },
        record: { id: key, title: 'All is down', status: 'open' },
        changes: { title: { new: 'All is down' } },
        user: { roles: ['admin'] },
      });
      for (const [status, more] of [
        ['assigned', `, agentId: "${id(2, 1)}"`],
        ['in_progress', ''],
        ['resolved', ''],
      ] as const)
        await write(
          'helpdesk',
          `updateTicket(id: "${key}", patch: { status: "${status}"${more} }) { record: ticket { id } errors { message } }`,
        );
      const [resolved] = await cameTo('helpdesk', '/ticket-resolved', key);
      expect(resolved?.payload).toMatchObject({
        action: 'update',
        changes: { status: { old: 'in_progress', new: 'resolved' } },
        record: { status: 'resolved', resolved_at: expect.any(String) },
      });
      expect(await cameTo('helpdesk', '/ticket-created', key)).toHaveLength(1);
    });

    it('tell of posts that are published, and of comments', async () => {
      const comment = await write(
        'cms',
        `createComment(input: { postId: "${id(4, 1)}", authorName: "Ada", authorEmail: "ada@example.org", body: "Well said, all of it." }) { record: comment { id } errors { message } }`,
      );
      const [told] = await cameTo('cms', '/new-comment', comment);
      expect(told?.payload).toMatchObject({ entity: 'comment', action: 'create' });
      const published = receiver.received.filter(({ path }) => path === '/rebuild-site');
      const rename = 'title: "A title that is long enough"';
      await write(
        'cms',
        `updatePost(id: "${id(4, 1)}", patch: { ${rename} }) { record: post { id } errors { message } }`,
      );
      const posts = await cameTo('cms', '/rebuild-site', id(4, 1), published.length + 1);
      expect(posts.at(-1)?.payload).toMatchObject({ entity: 'post', record: { status: 'published' } });
    });
  },
);
