import { createInProcessBus, createLogger, type EventBus, openNatsBus } from '@rocket/platform';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { createEventPages, type EventPage, type EventPages } from '../../src/admin/events/event-pages.ts';

const natsServer = findNatsServer();
const logger = createLogger({ level: 'silent', name: 'test' });
const SUBJECT = 'rocket.*.crm.*.*';
const WAIT_MS = 20_000;

const BUSES = [
  {
    name: 'in process',
    isMissing: false,
    open: async () => {
      const bus = createInProcessBus({ logger });
      return { bus, dispose: () => bus.close() };
    },
  },
  {
    name: 'JetStream',
    isMissing: natsServer === null,
    open: async () => {
      const server = await startNatsServer(natsServer ?? '');
      const bus = await openNatsBus({
        ...{ logger, name: 'test', servers: [server.url] },
        ...{ credsFile: null, caFile: null, certFile: null, keyFile: null },
        stream: { retentionDays: 7, replicas: 1, maxBytes: null },
      });
      return { bus, dispose: () => bus.close().then(() => server.dispose()) };
    },
  },
];

const texts = ({ messages }: EventPage) => messages.map(({ payload }) => payload);

async function publish(bus: EventBus, payloads: readonly string[], subject = 'rocket.ev.crm.deal.create') {
  const outcomes = await bus.publish(
    payloads.map((payload) => ({ subject, payload, id: payload.slice(0, 9) })),
  );
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
}

describe.each(BUSES)('pages of events: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let pages: EventPages;
    let dispose: () => Promise<void>;
    const next = (after: string | null, more: { limit?: number; waitMs?: number } = {}) =>
      pages.next({ subject: SUBJECT, after, limit: 100, waitMs: 0, ...more });

    beforeEach(async () => {
      ({ bus, dispose } = await open());
      pages = createEventPages(bus);
    });
    afterEach(() => dispose());

    it('begin with the last ones, and go on in order with none left out', async () => {
      await publish(bus, ['1', '2', '3']);
      const first = await next(null, { limit: 2 });
      expect(texts(first)).toEqual(['2', '3']);
      await publish(bus, ['4', '5', '6', '7']);
      const second = await next(first.position, { limit: 3 });
      expect(texts(second)).toEqual(['4', '5', '6']);
      const third = await next(second.position, { limit: 3 });
      expect(texts(third)).toEqual(['7']);
      expect(texts(await next(third.position))).toEqual([]);
      expect([first, second, third].map(({ reset }) => reset)).toEqual([null, null, null]);
    });

    it('have effects as well as changes, and nothing of other apps or of writers', async () => {
      await publish(bus, ['a'], 'rocket.ev.shop.order.create');
      await publish(bus, ['b'], 'rocket.fx.crm.deal.notify');
      await publish(bus, ['c'], 'rocket.wr.crm.w1');
      await publish(bus, ['d'], 'rocket.beat.p1');
      expect(texts(await next(null))).toEqual(['b']);
    });

    it('wait for the first event, and no longer', async () => {
      const { position } = await next(null);
      const asked = next(position, { waitMs: WAIT_MS });
      setTimeout(() => void publish(bus, ['1']), 200);
      const began = performance.now();
      const page = await asked;
      expect(texts(page)).toEqual(['1']);
      expect(performance.now() - began).toBeLessThan(WAIT_MS / 2);
      expect(await next(page.position, { waitMs: 300 })).toEqual({ ...page, messages: [] });
    });

    it('come while events go on coming', async () => {
      const { position } = await next(null);
      const asked = next(position, { limit: 1_000, waitMs: WAIT_MS });
      const sent: Promise<void>[] = [];
      const sending = setInterval(() => sent.push(publish(bus, [String(sent.length)])), 5);
      const page = await asked.finally(() => clearInterval(sending));
      await Promise.all(sent);
      expect(page.messages.length).toBeGreaterThan(0);
      expect(page.messages.length).toBeLessThan(200);
    });

    it('are given at once when nobody may wait any longer', async () => {
      const asked = next(null, { waitMs: WAIT_MS });
      await expect.poll(() => next(null).then(texts)).toEqual([]);
      const began = performance.now();
      pages.release();
      expect(texts(await asked)).toEqual([]);
      expect(performance.now() - began).toBeLessThan(WAIT_MS / 2);
    });

    it('hold a bounded number of bytes, and at least one event', async () => {
      const large = (name: string) => name.padEnd(1_000_000, 'x');
      await publish(bus, ['1', '2', '3', '4', '5', '6', '7'].map(large));
      const sizes = async (after: string) => {
        const page = await next(after);
        return { count: page.messages.length, position: page.position };
      };
      const first = await sizes('0');
      expect(first.count).toBe(5);
      expect((await sizes(first.position)).count).toBe(2);
    });

    it('say that the stream is another one, and go on with it', async () => {
      await publish(bus, ['1']);
      const rewound = await next('1:other');
      expect(rewound).toMatchObject({ messages: [], reset: 'rewound' });
      expect(await next('999')).toMatchObject({ messages: [], reset: 'rewound' });
      await publish(bus, ['2']);
      expect(texts(await next(rewound.position))).toEqual(['2']);
    });

    it.each(['', 'x', '-1', '1.5', '99999999999999999'])('have no position %j', async (after) => {
      await expect(next(after)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    });
  });
});

it('what left the log is said to be lost, and the rest follows', async () => {
  const bus = createInProcessBus({ logger, limits: { maxMessages: 3 } });
  const pages = createEventPages(bus);
  const request = { subject: SUBJECT, limit: 10, waitMs: 0 };
  await publish(bus, ['1']);
  const { position } = await pages.next({ ...request, after: null });
  await publish(bus, ['2', '3', '4', '5', '6']);
  const lost = await pages.next({ ...request, after: position });
  expect(lost).toMatchObject({ messages: [], reset: 'expired' });
  expect(texts(await pages.next({ ...request, after: lost.position }))).toEqual(['4', '5', '6']);
  await bus.close();
});

describe.skipIf(natsServer === null)('without a server', () => {
  it('there is no page, and that is said', async () => {
    const server = await startNatsServer(natsServer ?? '', { started: false });
    const bus = await openNatsBus({
      ...{ logger, name: 'test', servers: [server.url] },
      ...{ credsFile: null, caFile: null, certFile: null, keyFile: null },
      stream: { retentionDays: 7, replicas: 1, maxBytes: null },
    });
    const pages = createEventPages(bus);
    const request = { subject: SUBJECT, limit: 10, waitMs: 0 };
    await expect(pages.next({ ...request, after: null })).rejects.toMatchObject({
      code: 'EVENTS_UNAVAILABLE',
    });
    await expect(pages.next({ ...request, after: '1' })).rejects.toMatchObject({
      code: 'EVENTS_UNAVAILABLE',
    });
    await bus.close();
    await server.dispose();
  }, 20_000);
});
