/** Changes that were too large for the stream: the app's database keeps them whole for a day. */
import { beforeDeadline } from '@rocket/platform';
import { RocketError, readStream } from '@rocket/schema';
import type { FedChange } from '../../changes/change-feed.ts';
import type { ShardCaller } from '../../execution/call-shard.ts';

export interface StoredChanges {
  /** The change with its records. @throws RocketError `RESYNC_REQUIRED` when it is kept no more; as a ShardCaller */
  whole(change: FedChange): Promise<FedChange>;
}

export function createStoredChanges(shards: ShardCaller, timeoutMs: number): StoredChanges {
  return {
    async whole(change) {
      const { event } = change;
      const { app, id } = event;
      if (!event.omitted) return change;
      const deadlineAtMs = Date.now() + timeoutMs;
      const [stored] = await shards.call({ app, operation: 'read', deadlineAtMs }, (shard, { epoch }) =>
        beforeDeadline(deadlineAtMs, shard.storedEvents({ app, epoch }, { ids: [id] })),
      );
      const told = stored === undefined ? null : readStream(stored.payload);
      // The name of a removed app can be given to another one, whose events have the same ids.
      if (told?.kind === 'change' && told.event.epoch === event.epoch) {
        const { record, previous } = told.event;
        return { ...change, event: { ...event, record, previous } };
      }
      throw new RocketError(
        'RESYNC_REQUIRED',
        'A change was too large for the stream, and is not kept any more',
      );
    },
  };
}
