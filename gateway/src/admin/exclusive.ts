/** Changes of apps and graphs, one at a time over all gateways: in the order they were asked for within this one. */
import { type Catalog, type ChangeLease, createSerialQueue, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** Shorter than the command line waits, so that whoever is told so knows that nothing was done. */
const DEFAULT_WAIT_MS = 60_000;

export interface Exclusive {
  /**
   * Runs `work` when its turn has come, with a catalog that takes changes only as long as nobody else may make any.
   * @param what the change in words, for those who wait for it
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
    // It ends by itself; what was done is done.
    await lease.release().catch((error: unknown) => {
      logger.warn({ err: error }, 'the lease of a change could not be given back');
    });
  }
}

/** Whoever lost the lease, because the catalog did not answer for long, changes nothing any more. */
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
    addRevision: guard(catalog.addRevision),
    activateRevision: guard(catalog.activateRevision),
    failRevision: guard(catalog.failRevision),
    putGraph: guard(catalog.putGraph),
    removeGraph: guard(catalog.removeGraph),
    removeShard: guard(catalog.removeShard),
    removeShardWithApps: guard(catalog.removeShardWithApps),
  };
}

function busy(running: string): RocketError {
  return new RocketError(
    'CONFLICT',
    `Another change is still running: ${running}; try again when it is done`,
  );
}
