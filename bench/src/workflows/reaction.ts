/**
 * A hundred changes a second: how soon each has its effect, by the database's own times of the two commits, through the
 * worker and through a consumer written by hand.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { atRate } from '../measure/at-rate.ts';
import { readCpu } from '../measure/cpu.ts';
import { inTurns } from '../measure/in-turns.ts';
import { numbersOf } from '../measure/numbers-of.ts';
import { type Latencies, latencies } from '../measure/percentile.ts';
import type { BenchApp } from '../sides/worker-world.ts';

const PER_SECOND = 100;
const WARM_UP_SECONDS = 3;
/** An effect that has not come by then is lost. */
const PATIENCE_MS = 10_000;
const POLL_MS = 50;

const RESOLVE =
  'mutation Resolve($id: ID!) { updateTicket(id: $id, patch: { status: RESOLVED }) { ticket { id } errors { code } } }';
const INSERT_TICKETS = `INSERT INTO tickets (status) SELECT 'open' FROM generate_series(1, $1::int) RETURNING id::text`;
const SELECT_DELAYS = `SELECT (extract(epoch FROM
    pg_xact_commit_timestamp(e.xmin) - pg_xact_commit_timestamp(t.xmin)) * 1000)::float8
  FROM effects e JOIN tickets t ON t.id = e.ticket_id WHERE t.id = ANY($1::uuid[])`;

/** A process that writes an effect for each ticket of an app that is resolved. */
export interface ReactionSide {
  readonly name: 'worker' | 'bare consumer';
  readonly app: BenchApp;
  readonly pid: number;
}

export interface ReactionResult extends Latencies {
  readonly name: ReactionSide['name'];
  readonly changes: number;
  /** The rate that was kept. */
  readonly perSecond: number;
  /** Of the process for a change, in microseconds; null where the machine does not tell. */
  readonly cpuPerChange: number | null;
}

/** @param options.seconds of each side, in all rounds together */
export async function reaction(
  sides: readonly ReactionSide[],
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<readonly ReactionResult[]> {
  const turns = [];
  for (const side of sides) {
    const tickets = await openTickets(side.app, WARM_UP_SECONDS + seconds + 1);
    await react(side, tickets, WARM_UP_SECONDS);
    turns.push({ name: side.name, measure: () => react(side, tickets, seconds / rounds) });
  }
  const measured = await inTurns(rounds, turns);
  return measured.map(({ name, rounds: all }) => {
    const ms = all.flatMap((round) => round.delaysMs);
    const sum = (of: (round: Reacted) => number) => all.reduce((total, round) => total + of(round), 0);
    const isKnown = all.every(({ cpuMs }) => cpuMs !== null);
    return {
      ...{ name, changes: ms.length, perSecond: ms.length / sum((round) => round.seconds) },
      cpuPerChange: isKnown ? (sum(({ cpuMs }) => cpuMs ?? 0) * 1_000) / ms.length : null,
      ...latencies(ms),
    };
  });
}

interface Reacted {
  readonly delaysMs: readonly number[];
  readonly seconds: number;
  readonly cpuMs: number | null;
}

/** Keys of tickets that are to be resolved, each once. */
async function openTickets({ database }: BenchApp, seconds: number): Promise<Iterator<string, undefined>> {
  const rows = await database.query({ text: INSERT_TICKETS, values: [PER_SECOND * seconds] });
  return rows.map(([id]) => String(id)).values();
}

async function react(
  { app, pid }: ReactionSide,
  tickets: Iterator<string, undefined>,
  seconds: number,
): Promise<Reacted> {
  const resolved: string[] = [];
  const before = await readCpu(pid);
  const startedAtMs = performance.now();
  await atRate({ perSecond: PER_SECOND, seconds }, async () => {
    const id = tickets.next().value;
    if (id === undefined) throw new Error('All tickets are resolved');
    await app.ask({ query: RESOLVE, variables: { id } }, id);
    resolved.push(id);
  });
  const writingMs = performance.now() - startedAtMs;
  const delaysMs = await effectsOf(app, resolved);
  const after = await readCpu(pid);
  const cpuMs = before === null || after === null ? null : after - before;
  return { delaysMs, seconds: writingMs / 1_000, cpuMs };
}

/** How late the effect of each ticket was. @throws Error unless each has one */
async function effectsOf({ database }: BenchApp, ids: readonly string[]): Promise<readonly number[]> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = numbersOf(await database.query({ text: SELECT_DELAYS, values: [ids] }));
    if (found.length === ids.length) return found;
    if (found.length > ids.length || performance.now() > untilMs)
      throw new Error(`${ids.length} changes had ${found.length} effects`);
    await sleep(POLL_MS);
  }
}
