/** Which of the short reads that a connection has been given for go on it together. */
import type { Row } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import type { PendingStatement } from './statement-runner.ts';

/** A read that has been asked for, and how its caller is answered. */
export interface ShortRead {
  readonly statement: PendingStatement;
  readonly resolve: (rows: readonly Row[] | Promise<readonly Row[]>) => void;
  readonly reject: (error: unknown) => void;
}

export interface DividedReads {
  /** Proven on the connection: they go together. */
  readonly batch: readonly ShortRead[];
  /** Each goes by itself, on any connection. */
  readonly alone: readonly ShortRead[];
  /** They are gathered again, and meet a connection on which one of `alone` has proven their statement. */
  readonly later: readonly ShortRead[];
  /** Their callers have left. */
  readonly aborted: readonly ShortRead[];
}

export function divideReads(
  reads: readonly ShortRead[],
  connection: Pick<Connection, 'isProven'>,
): DividedReads {
  const nowMs = Date.now();
  const batch: ShortRead[] = [];
  const alone: ShortRead[] = [];
  const later: ShortRead[] = [];
  const aborted: ShortRead[] = [];
  const proving = new Set<string>();
  for (const read of reads) {
    const { text, deadlineAtMs, signal } = read.statement;
    if (signal?.aborted === true) aborted.push(read);
    else if (nowMs >= deadlineAtMs) alone.push(read);
    else if (connection.isProven(text)) batch.push(read);
    else if (proving.has(text)) later.push(read);
    else {
      // One is enough to try it. Each by itself, the reads of a burst would fill the line of those who wait.
      proving.add(text);
      alone.push(read);
    }
  }
  return { batch, alone, later, aborted };
}
