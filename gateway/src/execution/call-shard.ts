import { setTimeout as delay } from 'node:timers/promises';
import { type CatalogView, remainingMs } from '@rocket/platform';
import type { AppName, Placement, RouteDecision, ShardRecord, ShardService } from '@rocket/schema';
import { RocketError, route } from '@rocket/schema';
import { ShardUnreachable } from '../transport/shard-unreachable.ts';

/** How often a request follows an app that has moved before it gives up. */
const MAX_WRONG_EPOCHS = 3;
/** How long a write waits for a moving app. */
const MAX_HOLD_MS = 5_000;
/** How soon the catalog is asked what became of an app that moves. */
const ASK_AGAIN_MS = 250;
/** Spreads the retries of many requests that were refused at the same moment. */
const MAX_JITTER_MS = 25;

interface ShardCall {
  readonly app: AppName;
  readonly operation: 'read' | 'write';
  readonly deadlineAtMs: number;
}

export interface ShardCaller {
  /**
   * Sends a call to wherever the app is now: follows moves, waits for an app whose writes are held, and repeats
   * what is safe to repeat. `send` may run several times.
   * @throws RocketError `SHARD_UNAVAILABLE`, `APP_NOT_FOUND`, `DEADLINE_EXCEEDED`, or the error that the shard answered
   *   with.
   */
  call<T>(call: ShardCall, send: (service: ShardService, placement: Placement) => Promise<T>): Promise<T>;
}

export interface ShardCallerOptions {
  readonly view: CatalogView;
  readonly services: (shard: ShardRecord) => ShardService;
}

export function createShardCaller({ view, services }: ShardCallerOptions): ShardCaller {
  return {
    async call(call, send) {
      let wrongEpochs = 0;
      let retriedConnection = false;
      for (;;) {
        const { placement, shard } = await destination(view, call);
        try {
          return await send(services(shard), placement);
        } catch (error) {
          if (
            error instanceof RocketError &&
            error.code === 'WRONG_EPOCH' &&
            wrongEpochs < MAX_WRONG_EPOCHS
          ) {
            wrongEpochs += 1;
            await delay(Math.random() * MAX_JITTER_MS * wrongEpochs);
            await view.refresh();
          } else if (!retriedConnection && mayRepeat(error, call)) {
            retriedConnection = true;
          } else {
            throw asAnswer(error, call.app);
          }
        }
      }
    },
  };
}

function mayRepeat(error: unknown, call: ShardCall): boolean {
  if (!(error instanceof ShardUnreachable) || Date.now() >= call.deadlineAtMs) return false;
  return call.operation === 'read' || error.beforeSending;
}

/** If an app keeps moving during a request, it is unavailable; callers must not see epochs. */
function asAnswer(error: unknown, app: AppName): unknown {
  if (!(error instanceof RocketError) || error.code !== 'WRONG_EPOCH') return error;
  return new RocketError('SHARD_UNAVAILABLE', `App ${app} is being moved`, { cause: error });
}

type Destination = Extract<RouteDecision, { kind: 'send' }>;

async function destination(view: CatalogView, call: ShardCall): Promise<Destination> {
  const giveUpAtMs = Math.min(Date.now() + MAX_HOLD_MS, call.deadlineAtMs);
  for (;;) {
    const decision = route(view.current.shardMap, call.app, call.operation);
    if (decision.kind === 'send') {
      remainingMs(call.deadlineAtMs);
      return decision;
    }
    if (decision.kind === 'refuse') throw refusal(call.app, decision.reason);
    const leftMs = giveUpAtMs - Date.now();
    if (leftMs <= 0) throw new RocketError('SHARD_UNAVAILABLE', `App ${call.app} is being moved`);
    const { version } = view.current;
    await view.nextChange(Math.min(leftMs, ASK_AGAIN_MS));
    // What was told may be lost, as behind a connection pooler; all who wait share one look.
    if (view.current.version === version) await view.refresh();
  }
}

function refusal(app: AppName, reason: 'unplaced' | 'offline' | 'unknown_shard'): RocketError {
  if (reason === 'unplaced') return new RocketError('APP_NOT_FOUND', `There is no app ${app}`);
  return new RocketError('SHARD_UNAVAILABLE', `App ${app} is not available`, { details: { reason } });
}
