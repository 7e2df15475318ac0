import type { Catalog, CatalogView, EventBus, Logger, SharedCache } from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import type { GatewayCache } from '../cache/open-cache.ts';
import type { Composer } from '../compose/composer.ts';
import type { ShardCaller } from '../execution/call-shard.ts';
import type { GraphContext } from '../graph-context.ts';
import type { GraphStore } from '../graphs/graph-store.ts';
import type { RevisionDocuments } from '../graphs/revision-documents.ts';
import type { Identity } from '../identity/identity.ts';
import type { ShardServices } from '../transport/shard-services.ts';
import type { EventPages } from './events/event-pages.ts';
import type { LazyFollower } from './events/lazy-follower.ts';

/** The parts of the gateway that administration uses. */
export interface AdminParts {
  readonly catalog: Catalog;
  readonly view: CatalogView;
  readonly shards: ShardCaller;
  readonly services: ShardServices;
  readonly composer: Composer;
  readonly documents: RevisionDocuments;
  readonly graphs: GraphStore;
  readonly bus: EventBus;
  readonly follower: LazyFollower;
  readonly eventPages: EventPages;
  readonly cache: GatewayCache;
  readonly sharedCache: SharedCache;
  readonly requestTimeoutMs: number;
  /** Registers a shard and serves it in this process; null where the gateway has no Postgres of its own. */
  readonly addLocalShard: ((name: ShardName) => Promise<void>) | null;
  readonly logger: Logger;
}

/** Context of an admin request, with the acting user for the log. */
export interface AdminContext extends Pick<GraphContext, 'asked' | 'refusal'> {
  readonly requestId: string;
  readonly actor: string;
  readonly identity: PlatformIdentity;
}

export type PlatformIdentity = Extract<Identity, { kind: 'platform' }>;

/** Long, because table changes and sample data of a large app take time. */
export const ADMIN_TIMEOUT_MS = 120_000;

/** Publishes a change of the catalog: resolves when this gateway routes and serves by it. */
export async function publish({ view, graphs }: Pick<AdminParts, 'view' | 'graphs'>): Promise<void> {
  await view.refresh();
  await graphs.settled();
}
