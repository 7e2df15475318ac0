/** How fast an app is copied that nobody uses, beside a copy by hand between the same two servers. */
import { databaseUrl } from '@rocket/platform';
import { Client } from 'pg';
import { median } from '../measure/percentile.ts';
import { type CopyRoute, copyByHand } from './copy-by-hand.ts';
import { dumpAndRestore, whyNoDump } from './dump-and-restore.ts';
import { type MovedApp, moveApp } from './move-app.ts';
import { FIRST_DATABASE, type MoveWorld, type Shard } from './move-world.ts';

/** Milliseconds. */
export interface CopySide {
  readonly name: 'move' | 'by hand' | 'pg_dump | pg_restore';
  readonly copying: number | null;
  readonly indexing: number | null;
  /** From the beginning until rows and indexes are there. */
  readonly copiedAndIndexed: number;
  /** Until the app is on the other server. */
  readonly whole: number;
}

export interface Copying {
  readonly rows: number;
  readonly rounds: number;
  /** Medians of the rounds; the move first, the copy by hand second. */
  readonly sides: readonly CopySide[];
  /** Why `pg_dump` is not among them; null when it is. */
  readonly noDump: string | null;
}

/** The two take turns, and each round goes the other way. */
export async function copying(world: MoveWorld, rounds: number): Promise<Copying> {
  await world.startMover(0);
  const noDump = await whyNoDump(world.servers.s1.url);
  const measured: CopySide[] = [];
  let database = FIRST_DATABASE;
  for (let round = 0; round < rounds; round += 1) {
    const [from, to]: readonly [Shard, Shard] = round % 2 === 0 ? ['s1', 's2'] : ['s2', 's1'];
    const route = { from: databaseUrl(world.servers[from].url, database), to: world.servers[to].url };
    measured.push(await byHand(world, route));
    if (noDump === null) measured.push(await byPrograms(world, route));
    await settle(world);
    const moved = await moveApp(world, { to }, 'done');
    database = moved.toDatabase;
    measured.push(moveSide(moved));
  }
  const { customers, orders } = world.filled;
  const names = ['move', 'by hand', 'pg_dump | pg_restore'] as const;
  const sides = names.flatMap((name) => medians(measured.filter((side) => side.name === name)));
  return { rows: customers + orders, rounds, sides, noDump };
}

function moveSide({ parts }: MovedApp): CopySide {
  const { copying, indexing, copiedAndIndexed, whole } = parts;
  return { name: 'move', copying, indexing, copiedAndIndexed: copiedAndIndexed ?? whole, whole };
}

async function byHand(world: MoveWorld, route: CopyRoute): Promise<CopySide> {
  await settle(world);
  const { copyingMs, indexingMs } = await copyByHand(route);
  const whole = copyingMs + indexingMs;
  return { name: 'by hand', copying: copyingMs, indexing: indexingMs, copiedAndIndexed: whole, whole };
}

async function byPrograms(world: MoveWorld, route: CopyRoute): Promise<CopySide> {
  await settle(world);
  const whole = await dumpAndRestore(route);
  return { name: 'pg_dump | pg_restore', copying: null, indexing: null, copiedAndIndexed: whole, whole };
}

/** What was written before is on the disk then, and does not come in between. */
async function settle({ servers }: MoveWorld): Promise<void> {
  for (const { url } of [servers.s1, servers.s2]) {
    const client = new Client(url);
    await client.connect();
    await client.query('CHECKPOINT');
    await client.end();
  }
}

function medians(sides: readonly CopySide[]): readonly CopySide[] {
  const [first] = sides;
  if (first === undefined) return [];
  const of = (value: (side: CopySide) => number | null): number | null => {
    const known = sides.map(value).filter((each) => each !== null);
    return known.length === 0 ? null : median(known);
  };
  return [
    {
      ...{
        name: first.name,
        copying: of(({ copying }) => copying),
        indexing: of(({ indexing }) => indexing),
      },
      copiedAndIndexed: median(sides.map(({ copiedAndIndexed }) => copiedAndIndexed)),
      whole: median(sides.map(({ whole }) => whole)),
    },
  ];
}
