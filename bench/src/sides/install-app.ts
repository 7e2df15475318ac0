/** What a gateway would write to the catalog for an app: its revision, its placement, and a graph of the app alone. */
import { createHash } from 'node:crypto';
import type { Catalog } from '@rocket/platform';
import {
  type ActivationInput,
  type AppDocument,
  type AppName,
  documentHash,
  ENGINE_VERSION,
  epoch,
  type GraphRevisionId,
  graphRevisionId,
  graphRevisionText,
  type ShardName,
} from '@rocket/schema';

/** Of the first placement of every app. */
export const FIRST_EPOCH = epoch(1);
const GRAPH_ID_LENGTH = 32;

export interface DirectApp {
  readonly app: AppName;
  readonly graph: GraphRevisionId;
}

export interface ShardAccess {
  readonly catalog: Catalog;
  readonly shard: ShardName;
  /** Asks the shard. */
  readonly activate: (input: ActivationInput) => Promise<unknown>;
}

export async function installApp(
  { catalog, shard, activate }: ShardAccess,
  app: AppName,
  document: AppDocument,
): Promise<DirectApp> {
  await catalog.createApp({ app, shard, database: `rocket_${app}` });
  const contentHash = documentHash(document);
  const revision = await catalog.addRevision({ app, document, contentHash, createdBy: 'bench' });
  await activate({ app, epoch: FIRST_EPOCH, revision, sampleData: document.sample_data });
  await catalog.activateRevision({ app, revision, expectedActive: null, refersTo: [] });
  const members = [{ app, revision }];
  const text = graphRevisionText(app, members, ENGINE_VERSION);
  const graph = graphRevisionId(createHash('sha256').update(text).digest('hex').slice(0, GRAPH_ID_LENGTH));
  await catalog.putGraphRevision({ id: graph, home: app, members });
  return { app, graph };
}
