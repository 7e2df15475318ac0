/** Decides which short reads are sent together on a connection that was lent for them. */
import type { Row } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import type { PendingStatement } from './statement-runner.ts';

/** A requested read, with the functions that answer its caller. */
export interface ShortRead {
  readonly statement: PendingStatement;
  readonly resolve: (rows: readonly Row[] | Promise<readonly Row[]>) => void;
  readonly reject: (error: unknown) => void;
}

export interface DividedReads {
  /** Their statements are proven on the connection, so they are sent together. */
  readonly batch: readonly ShortRead[];
  /** Each is run by itself, on any connection. */
  readonly alone: readonly ShortRead[];
  /** They are gathered again, until one of `alone` has proven their statement on a connection. */
  readonly later: readonly ShortRead[];
  /** Their callers no longer wait. */
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
      // One read is enough to prove the statement. If each read of a burst ran by itself, they would fill the waiting
      // line.
      proving.add(text);
      alone.push(read);
    }
  }
  return { batch, alone, later, aborted };
}
