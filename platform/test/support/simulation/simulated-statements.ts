/** What the processes of a simulated shard say and publish. */
import {
  type AppName,
  changeSubject,
  encodeStatement,
  type ShardName,
  type WriterStatement,
} from '@rocket/schema';
import type { Commit, SimulatedDatabase } from './simulated-database.ts';
import type { Connection } from './simulated-stream.ts';

/**
 * - `claims_now`: a beat speaks of the moment at which it is sent.
 * - `ignores_in_flight`: a commit counts from when its outcome is known.
 * - `opens_late`: a writer is announced after its first commit.
 * - `settles_forgetfully`: a writer that is settled before it was entered can be entered afterwards.
 */
export type Mistake = 'none' | 'claims_now' | 'ignores_in_flight' | 'opens_late' | 'settles_forgetfully';

export interface Surroundings {
  readonly database: SimulatedDatabase;
  readonly mistake: Mistake;
  readonly shard: ShardName;
  readonly connection: Connection;
  /** A name that never comes again. */
  readonly draw: (kind: string) => string;
}

export function say(
  { connection, draw }: Surroundings,
  statement: WriterStatement,
  onStored: (position: number) => void,
): void {
  const message = { ...encodeStatement(statement), id: draw('s') };
  connection.send(message, onStored);
}

export function publishCommit(
  connection: Connection,
  commit: Commit,
  onStored: (position: number) => void,
): void {
  const { id, app } = commit;
  const event = {
    ...{ id: '1', app, epoch: 1, at: '', entity: 'note', op: 'create', key: id, version: 1, actor: null },
    ...{ changed: [], record: null, previous: null, tags: [] },
  };
  const subject = changeSubject({ app, entity: 'note', op: 'create' });
  connection.send({ subject, payload: JSON.stringify(event), id }, (position) => {
    commit.isMarked = true;
    onStored(position);
  });
}

interface Settled {
  readonly writer: string;
  readonly app: AppName;
  readonly process: string;
  readonly by: string;
}

/** Ends a writer, publishes what it has left, and says that it is closed once that is stored. */
export function settleWriter(
  surroundings: Surroundings,
  settled: Settled,
  onClosed: () => void = () => undefined,
): void {
  const { database, connection, shard } = surroundings;
  database.settle(settled.writer, (left) => {
    let waiting = left.length;
    const closeWhenStored = (): void => {
      if (waiting === 0) say(surroundings, { kind: 'closed', shard, ...settled }, onClosed);
    };
    for (const commit of left) {
      publishCommit(connection, commit, () => {
        waiting -= 1;
        closeWhenStored();
      });
    }
    if (left.length === 0) closeWhenStored();
  });
}
