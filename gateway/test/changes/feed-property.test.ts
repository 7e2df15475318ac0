import type { EventBus } from '@rocket/platform';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { ChangeFeed, StreamPlace } from '../../src/changes/change-feed.ts';
import { BUSES, openFeeds, resume } from '../support/feeds.ts';
import { CRM, changeMessage, publish } from '../support/published-changes.ts';

const ENTITIES = ['deal', 'customer'] as const;

type Entity = (typeof ENTITIES)[number];

type Step =
  | { readonly kind: 'publish'; readonly entities: readonly Entity[] }
  /** Comes back with a place that was known then, counted from the newest, at one of two gateways. */
  | { readonly kind: 'resume'; readonly entity: Entity; readonly back: number; readonly gateway: number }
  | { readonly kind: 'pause' };

const entity = fc.constantFrom(...ENTITIES);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('publish'), entities: fc.array(entity, { minLength: 1, maxLength: 12 }) }),
    fc.record({
      ...{ kind: fc.constant('resume'), entity },
      ...{ back: fc.nat({ max: 60 }), gateway: fc.nat({ max: 1 }) },
    }),
    fc.record({ kind: fc.constant('pause') }),
  ),
  { minLength: 5, maxLength: 40 },
);

interface Stored {
  readonly id: number;
  readonly entity: Entity;
  readonly place: StreamPlace;
}

/** Small bounds, so that most places are found in pages and the rest in memory. */
const LIMITS = { keptMessages: 15, keptBytes: 4_000, pageMessages: 7 };

function createPlayer(bus: EventBus, gateways: readonly ChangeFeed[]) {
  const stored: Stored[] = [];
  let lastId = 0;

  async function store(entities: readonly Entity[]): Promise<void> {
    const changes = entities.map((each) => {
      lastId += 1;
      return { id: lastId, entity: each };
    });
    const places = await publish(
      bus,
      changes.map((each) => changeMessage(each.id, each)),
    );
    for (const [at, each] of changes.entries()) {
      const place = places[at];
      if (place !== undefined) stored.push({ ...each, place });
    }
  }

  async function comeBack({ entity: of, back, gateway }: Extract<Step, { kind: 'resume' }>) {
    const { place } = stored.at(-1 - back) ?? { place: { position: 0, id: null } };
    const feed = gateways[gateway];
    if (feed === undefined) throw new Error('There is no such gateway');
    const { ids, heard } = await resume(feed, place, of);
    const wanted = () =>
      stored.filter((each) => each.entity === of && each.place.position > place.position).map(({ id }) => id);
    return { ids, wanted, heard };
  }

  /** Nothing is waited for between the steps but where they say so: storing, reading and joining overlap. */
  return async (played: readonly Step[]): Promise<void> => {
    const storing: Promise<void>[] = [];
    const coming: ReturnType<typeof comeBack>[] = [];
    for (const each of played) {
      if (each.kind === 'publish') storing.push(store(each.entities));
      else if (each.kind === 'resume') coming.push(comeBack(each));
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(storing);
    for (const { ids, wanted, heard } of await Promise.all(coming)) {
      await until(() => heard.errors.length > 0 || ids().length >= wanted().length);
      expect(ids()).toEqual(wanted());
      heard.joined?.close();
    }
  };
}

describe.each(BUSES)('who joins anywhere, at any time: $name', ({ open, isMissing, name }) => {
  it.skipIf(isMissing)('gets every change after their place, once and in order', async () => {
    const { bus, dispose } = await open();
    const worlds = [openFeeds(bus, LIMITS), openFeeds(bus, LIMITS)];
    const opened = await Promise.all(worlds.map(({ feeds }) => feeds.open(CRM)));
    const play = createPlayer(
      bus,
      opened.map(({ feed }) => feed),
    );
    const numRuns = name === 'JetStream' ? 40 : 150;
    await fc.assert(fc.asyncProperty(steps, play), { numRuns });
    for (const { feeds } of worlds) feeds.close();
    await dispose();
  });
});
