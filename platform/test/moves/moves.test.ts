import { epoch, lsn, shardName } from '@rocket/schema';
import { expect, test } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { MoveLease, MoveRecord, NewMove } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';
import { crm, freshCatalog, west } from '../support/fresh-catalog.ts';

const LEASE_SECONDS = 60;
const east = shardName('east');
const fresh = freshCatalog();

const wanted = (more: Partial<NewMove> = {}): NewMove => ({
  app: crm,
  source: { shard: west, database: 'rocket_crm' },
  target: { shard: east, database: 'rocket_crm-a1b2c3' },
  epoch: epoch(1),
  backOf: null,
  parallel: 1,
  requestedBy: 'admin@localhost',
  ...more,
});

const placed = async () => (await fresh.catalog.snapshot()).shardMap.placements.get(crm);
const leaseOf = ({ id, term }: MoveRecord): MoveLease => ({ move: id, term });

async function withShards(): Promise<void> {
  await fresh.withApp();
  await fresh.catalog.addShard({ name: east, databaseUrl: fresh.database.serverUrl, url: null });
}

async function claimed(mover = 'm1'): Promise<MoveRecord> {
  const move = await fresh.catalog.moves.claim(mover, LEASE_SECONDS);
  if (move === null) throw new Error('There is nothing to claim');
  return move;
}

test('a move goes through its steps, and the placement with it', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  const requested = await moves.request(wanted());
  expect(requested).toMatchObject({ app: 'crm', phase: 'waiting', term: 0, mover: null, overAt: null });
  const lease = leaseOf(await claimed());
  await moves.advance(lease, { phase: 'following' });
  expect(await placed()).toMatchObject({ shard: west, state: 'active', epoch: 1 });
  await moves.advance(lease, { phase: 'holding', placement: { kind: 'hold' } });
  expect(await placed()).toMatchObject({ shard: west, state: 'moving', epoch: 1 });
  const switched = { kind: 'switch', since: lsn('0/16B3748') } as const;
  await moves.advance(lease, { phase: 'switched', placement: switched });
  expect(await placed()).toEqual({
    ...{
      app: crm,
      shard: east,
      epoch: 2,
      state: 'moving',
      database: 'rocket_crm-a1b2c3',
      since: '0/16B3748',
      movingTo: null,
    },
  });
  await moves.advance(lease, { phase: 'switched', note: 'opened', placement: { kind: 'open' } });
  expect(await placed()).toMatchObject({ shard: east, state: 'active' });
  const kept = await moves.advance(lease, { phase: 'kept', keepSeconds: 3_600 });
  expect(kept.overAt).not.toBeNull();
  expect(kept.keptUntil?.getTime()).toBeGreaterThan(Date.now());
  expect((await moves.steps(kept.id)).map(({ phase, note }) => `${phase} ${note}`)).toEqual([
    'waiting null',
    'waiting taken over',
    'following null',
    'holding null',
    'switched null',
    'switched opened',
    'kept null',
  ]);
});

test('an app is moved by one move at a time, from where it is', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  expect(await codeOf(moves.request(wanted({ epoch: epoch(2) })))).toBe('CONFLICT');
  await moves.request(wanted());
  expect(await codeOf(moves.request(wanted()))).toBe('CONFLICT');
});

test('who was replaced changes nothing any more', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  await moves.request(wanted());
  const first = await moves.claim('m1', 0);
  if (first === null) throw new Error('There is nothing to claim');
  const second = await claimed('m2');
  expect(second).toMatchObject({ mover: 'm2', term: 2 });
  expect(await moves.renew(leaseOf(first), {}, LEASE_SECONDS)).toBeNull();
  expect(await codeOf(moves.advance(leaseOf(first), { phase: 'switched' }))).toBe('CONFLICT');
  await moves.giveBack(leaseOf(first), 0);
  expect(await moves.claim('m3', LEASE_SECONDS)).toBeNull();
});

test('a move that is decided does not go back behind that', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  await moves.request(wanted());
  const lease = leaseOf(await claimed());
  await moves.advance(lease, { phase: 'holding', placement: { kind: 'hold' } });
  await moves.advance(lease, { phase: 'switched', placement: { kind: 'switch', since: null } });
  expect(await codeOf(moves.advance(lease, { phase: 'fenced', note: 'goes back' }))).toBe('CONFLICT');
  expect(await codeOf(moves.abort(lease.move, 'too late'))).toBe('INVALID_STATE');
  expect(await placed()).toMatchObject({ shard: east, epoch: 2 });
});

test('an app is switched only from where its move expects it', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  await moves.request(wanted());
  const lease = leaseOf(await claimed());
  // It was not held before.
  const switching = moves.advance(lease, { phase: 'switched', placement: { kind: 'switch', since: null } });
  expect(await codeOf(switching)).toBe('CONFLICT');
  expect(await placed()).toMatchObject({ shard: west, epoch: 1, state: 'active' });
  expect((await moves.get(lease.move))?.phase).toBe('waiting');
});

test('one that nobody has begun is aborted at once, another by its mover', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  const waiting = await moves.request(wanted());
  expect(await moves.abort(waiting.id, 'by admin')).toMatchObject({
    phase: 'aborted',
    abortReason: 'by admin',
  });
  await moves.request(wanted());
  const begun = await claimed();
  await moves.advance(leaseOf(begun), { phase: 'copying' });
  expect(await moves.abort(begun.id, 'by admin')).toMatchObject({
    phase: 'copying',
    abortReason: 'by admin',
  });
  expect(await moves.renew(leaseOf(begun), { rowsDone: 3 }, LEASE_SECONDS)).toMatchObject({
    abortReason: 'by admin',
    progress: { rowsDone: 3 },
  });
});

test('no more moves away from a shard begin at once than are asked for', async () => {
  await withShards();
  const { catalog } = fresh;
  const names = ['a', 'b', 'c'] as const;
  for (const name of names) {
    const app = crm.replace('crm', `app_${name}`) as typeof crm;
    const { database } = await catalog.createApp({ app, shard: west, database: `rocket_${app}` });
    const target = { shard: east, database: `${database}-a1b2c3` };
    await catalog.moves.request(wanted({ app, source: { shard: west, database }, target, parallel: 2 }));
  }
  const begun = [await claimed(), await claimed()];
  for (const move of begun) await catalog.moves.advance(leaseOf(move), { phase: 'copying' });
  expect(await catalog.moves.claim('m1', LEASE_SECONDS)).toBeNull();
  await catalog.moves.advance(leaseOf(begun[0] as MoveRecord), { phase: 'failed', problem: 'full' });
  expect(await claimed()).toMatchObject({ phase: 'waiting' });
});

test('a former database is taken up again when it is due, unless the app is going back', async () => {
  await withShards();
  const { moves } = fresh.catalog;
  await moves.request(wanted());
  const lease = leaseOf(await claimed());
  await moves.advance(lease, { phase: 'holding', placement: { kind: 'hold' } });
  await moves.advance(lease, { phase: 'switched', placement: { kind: 'switch', since: null } });
  await moves.advance(lease, { phase: 'kept', keepSeconds: 1, placement: { kind: 'open' } });
  await moves.giveBack(lease, 0);
  const back = wanted({
    ...{
      source: { shard: east, database: 'rocket_crm-a1b2c3' },
      target: { shard: west, database: 'rocket_crm' },
    },
    ...{ epoch: epoch(2), backOf: lease.move },
  });
  await moves.request(back);
  const going = await claimed();
  expect(going.backOf).toBe(lease.move);
  await until(async () => ((await moves.get(lease.move))?.keptUntil?.getTime() ?? 0) < Date.now());
  expect(await moves.claim('m1', LEASE_SECONDS)).toBeNull();
  await moves.advance(leaseOf(going), { phase: 'holding', placement: { kind: 'hold' } });
  await moves.advance(leaseOf(going), { phase: 'switched', placement: { kind: 'switch', since: null } });
  expect(await moves.get(lease.move)).toMatchObject({ phase: 'returned', keptUntil: null });
  expect(await placed()).toMatchObject({ shard: west, epoch: 3, database: 'rocket_crm' });
});
