/** Changes of apps and graphs, one at a time over all gateways: in the order of the requests within this one. */
import { type Catalog, type ChangeLease, createSerialQueue, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Shorter than the command line waits, so that its user gets the message that nothing was done. */
const DEFAULT_WAIT_MS = 60_000;

export interface Exclusive {
  /**
   * Runs `work` when its turn has come, with a catalog that accepts changes only while this gateway holds the lease.
   * @param what describes the change, for those who wait for it
   * @throws RocketError `CONFLICT` when others took too long; nothing was done
   */
  run<T>(what: string, work: (catalog: Catalog) => Promise<T>): Promise<T>;
}

export interface ExclusiveOptions {
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly waitMs?: number;
}

export function createExclusive({ catalog, logger, waitMs = DEFAULT_WAIT_MS }: ExclusiveOptions): Exclusive {
  const queue = createSerialQueue();
  let running = '';
  return {
    run(what, work) {
      const deadlineAtMs = performance.now() + waitMs;
      const change = async () => {
        running = what;
        const lease = await catalog.claimChanges({
          holder: what,
          waitMs: Math.max(0, deadlineAtMs - performance.now()),
          onWait: (holder) => logger.info({ change: what, holder }, 'a change waits for another one'),
        });
        return await underLease(lease, { work, catalog, logger });
      };
      return queue.run(change, {
        waitMs,
        tooLate() {
          throw busy(running);
        },
      });
    },
  };
}

async function underLease<T>(
  lease: ChangeLease,
  { work, catalog, logger }: { work: (catalog: Catalog) => Promise<T>; catalog: Catalog; logger: Logger },
): Promise<T> {
  try {
    return await work(guarded(catalog, lease));
  } finally {
    // The lease expires by itself, and the change has been made.
    await lease.release().catch((error: unknown) => {
      logger.warn({ err: error }, 'the lease of a change could not be given back');
    });
  }
}

/** A holder that lost the lease, because the catalog did not answer for long, cannot change anything any more. */
function guarded(catalog: Catalog, lease: ChangeLease): Catalog {
  const guard =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      lease.require();
      return await method(...args);
    };
  return {
    ...catalog,
    createApp: guard(catalog.createApp),
    removeApp: guard(catalog.removeApp),
    replacePlacement: guard(catalog.replacePlacement),
    addRevision: guard(catalog.addRevision),
    activateRevision: guard(catalog.activateRevision),
    failRevision: guard(catalog.failRevision),
    putGraph: guard(catalog.putGraph),
    removeGraph: guard(catalog.removeGraph),
    removeShard: guard(catalog.removeShard),
    removeShardWithApps: guard(catalog.removeShardWithApps),
    setShardState: guard(catalog.setShardState),
    moves: { ...catalog.moves, request: guard(catalog.moves.request) },
  };
}

function busy(running: string): RocketError {
  return new RocketError(
    'CONFLICT',
    `Another change is still running: ${running}; try again when it is done`,
  );
}
