/** Whom a shard serves: a request may know more of the catalog than the shard does, or less. */
import type { CatalogSnapshot, CatalogView } from '@rocket/platform';
import { appName, epoch, type Placement, RocketError, shardName } from '@rocket/schema';
import { expect, it } from 'vitest';
import { createPlacements } from '../../src/apps/placements.ts';

const APP = appName('crm');
const HERE = shardName('s1');
const THERE = shardName('s2');

const placement = (at: number, shard = HERE): Placement => ({
  app: APP,
  shard,
  epoch: epoch(at),
  state: 'active',
  database: 'rocket_crm',
  since: null,
  movingTo: null,
});

function snapshot(placed: Placement | null): CatalogSnapshot {
  const placements = new Map(placed === null ? [] : [[APP, placed] as const]);
  return {
    version: 1,
    shardMap: { placements, shards: new Map() },
    apps: new Map(),
    graphs: new Map(),
    revokedUsers: new Map(),
  };
}

/** A view that shows `known`, and `then` once it was renewed. */
function viewOf(known: Placement | null, then: () => Placement | null) {
  let current = snapshot(known);
  let renewals = 0;
  const view: Pick<CatalogView, 'current' | 'refresh'> = {
    get current() {
      return current;
    },
    refresh: async () => {
      renewals += 1;
      current = snapshot(then());
      return current;
    },
  };
  return { placements: createPlacements(view, HERE), renewals: () => renewals };
}

const unasked = () => expect.unreachable('the catalog was read');
const REFUSED = { code: 'WRONG_EPOCH', message: 'App crm is not served here at epoch 4' };

it('serves what is here at this epoch, without the catalog', async () => {
  const { placements } = viewOf(placement(4), unasked);
  expect(await placements.admit(APP, epoch(4))).toEqual(placement(4));
});

it('refuses an epoch that is over, and an app that is elsewhere, without the catalog', async () => {
  for (const known of [placement(5), placement(4, THERE)]) {
    await expect(viewOf(known, unasked).placements.admit(APP, epoch(4))).rejects.toMatchObject(REFUSED);
  }
});

it.each([
  ['an app that it does not know', null],
  ['an epoch that is newer than it knows', placement(3)],
])('looks into the catalog once for %s', async (_what, known) => {
  const { placements, renewals } = viewOf(known, () => placement(4));
  expect(await placements.admit(APP, epoch(4))).toEqual(placement(4));
  await placements.admit(APP, epoch(4));
  expect(renewals()).toBe(1);
});

it.each([
  ['has no such app', null],
  ['has it elsewhere', placement(4, THERE)],
  ['does not know of that epoch either', placement(3)],
])('refuses when the catalog %s', async (_what, then) => {
  await expect(viewOf(null, () => then).placements.admit(APP, epoch(4))).rejects.toMatchObject(REFUSED);
});

it('says so when the catalog does not answer', async () => {
  const { placements } = viewOf(null, () => {
    throw new RocketError('NOT_READY', 'no catalog');
  });
  await expect(placements.admit(APP, epoch(4))).rejects.toMatchObject({ code: 'NOT_READY' });
});
