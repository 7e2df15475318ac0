/** Runs a move with connections to its two places, which are closed in the end. */
import {
  type Catalog,
  type CatalogSnapshot,
  type CatalogView,
  type EventBus,
  isConnectionError,
} from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import { endWithoutShard, isShardGone } from './end-without-shard.ts';
import type { HeldMove } from './held-move.ts';
import { endFormerSessions, type MoveSides, openSides, type SideParts, sessionOf } from './move-sides.ts';
import { runMove } from './run-move.ts';
import type { MoveSettings } from './steps/move-step.ts';
import { TargetRenamed } from './steps/prepare.ts';

export interface RunParts extends Pick<SideParts, 'primaryUrl'> {
  readonly catalog: Pick<Catalog, 'moves'>;
  readonly view: Pick<CatalogView, 'current' | 'refresh'>;
  readonly bus: EventBus;
  readonly settings: MoveSettings;
  /** Says on the stream that a writer of another process has ended. */
  readonly sayClosed: (
    shard: ShardName,
    writer: { readonly app: AppName; readonly writer: string; readonly process: string },
  ) => Promise<void>;
}

/** @throws as `runMove` does */
export async function runOnSides(move: HeldMove, parts: RunParts): Promise<void> {
  for (;;) {
    try {
      return await runOnce(move, parts);
    } catch (error) {
      // Its sides have to be opened anew.
      if (!(error instanceof TargetRenamed)) throw error;
    }
  }
}

async function runOnce(move: HeldMove, parts: RunParts): Promise<void> {
  const { bus, settings, primaryUrl, catalog, view } = parts;
  const { app, appId, source } = move.record;
  const isMoveOfApp = async (id: string) => (await catalog.moves.get(id))?.app === app;
  const isGone = ({ apps }: CatalogSnapshot) => apps.get(app)?.id !== appId;
  const places = { primaryUrl, logger: move.logger };
  const sides = await openSides(move.record, places).catch((error: unknown) => {
    if (isShardGone(error)) return null;
    throw error;
  });
  if (sides === null)
    return await endWithoutShard(move, { ...places, session: sessionOf(move.record), isMoveOfApp });
  try {
    await endFormer(move, sides);
    await runMove({
      ...{ move, sides, bus, settings, isMoveOfApp },
      isAppGone: async () => isGone(view.current) && isGone(await view.refresh()),
      sayClosed: ({ id, process }) => parts.sayClosed(source.shard, { app, writer: id, process }),
    });
  } finally {
    await sides.close();
  }
}

/** A server that is away has no sessions either. */
async function endFormer({ record, logger }: HeldMove, { source, target }: MoveSides): Promise<void> {
  for (const side of [source, target]) {
    await endFormerSessions(side, record).catch((err: unknown) => {
      if (!isConnectionError(err)) throw err;
      logger.debug({ err, shard: side.shard }, 'sessions of a former mover could not be ended');
    });
  }
}
