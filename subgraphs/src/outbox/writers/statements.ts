/** What this process says on the stream of its writers and of how far it has told everything. ADR 16 has the protocol. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBus } from '@rocket/platform';
import {
  type AppName,
  encodeStatement,
  RocketError,
  type ShardName,
  type WriterClosed,
  type WriterStatement,
} from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { WriterClaim } from './app-writers.ts';
import type { WriterAnnouncer } from './writer-options.ts';

const SAY_AGAIN_MS = 500;
const MAX_CLOSED = 10_000;
const CLOSED_LATELY_MS = 3_600_000;

export interface StatementsOptions {
  readonly shard: ShardName;
  readonly process: string;
  readonly bus: Pick<EventBus, 'publish'>;
}

export interface Statements extends WriterAnnouncer {
  /** Another process's writer was settled. Resolves when it is said, however long that takes. */
  settled(writer: { app: AppName; writer: string; process: string }): Promise<void>;
  /**
   * One beat for all open writers.
   * @param claims as they stand now
   */
  beat(claims: readonly WriterClaim[]): Promise<void>;
  /** Something of this process is on the stream at this position. */
  reached(position: number): void;
  /** Says again which writers were closed lately: a stream that lost it would hold them for open. */
  closeAgain(): void;
  /** Positions of before a lost connection may be those of another stream. */
  forget(): void;
  /** Gives up what could not be said yet. */
  close(): void;
}

export function createStatements({ shard, process, bus }: StatementsOptions): Statements {
  let isClosed = false;
  /** The highest position known to be stored, and what it was at the beat before. */
  let highest = 0;
  let atFormerBeat = 0;

  async function say(statement: WriterStatement): Promise<Error | null> {
    const [outcome] = await bus.publish([{ ...encodeStatement(statement), id: randomUUID() }]);
    if (outcome?.ok !== true) return outcome?.error ?? new Error('The bus gave no outcome');
    highest = Math.max(highest, outcome.position);
    return null;
  }

  const closedLately = new LRUCache<string, WriterClosed>({ max: MAX_CLOSED, ttl: CLOSED_LATELY_MS });

  async function sayClosed(statement: WriterClosed): Promise<void> {
    closedLately.set(statement.writer, statement);
    while (!isClosed && (await say(statement)) !== null) {
      await sleep(SAY_AGAIN_MS, undefined, { ref: false });
    }
  }

  return {
    process,
    async opened(app, writer) {
      const failure = await say({ kind: 'open', app, writer, process, shard });
      if (failure !== null) throw new RocketError('EVENTS_BEHIND', undefined, { cause: failure });
    },
    closed: (app, writer) => sayClosed({ kind: 'closed', app, writer, process, shard, by: process }),
    settled: (settled) => sayClosed({ kind: 'closed', ...settled, shard, by: process }),
    async beat(claims) {
      // The claims are about the moment of the former beat, so the position is the one that was stored by then.
      const since = atFormerBeat;
      atFormerBeat = highest;
      const behind = claims.filter(({ isClear }) => !isClear).map(({ writer }) => writer);
      // A beat that is lost claims nothing; the next one claims more.
      await say({ kind: 'beat', process, shard, since, behind });
    },
    reached(position) {
      highest = Math.max(highest, position);
    },
    closeAgain() {
      for (const statement of closedLately.values()) void sayClosed(statement);
    },
    forget() {
      highest = 0;
      atFormerBeat = 0;
    },
    close() {
      isClosed = true;
    },
  };
}
