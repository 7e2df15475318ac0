import { type AppName, appId, appName, epoch, graphName, lsn, revision, shardName } from '@rocket/schema';
import { z } from 'zod';
import type { Queryable, Statement } from '../postgres/queryable.ts';
import type { CatalogSnapshot } from './catalog.ts';
import { REVOCATION_COUNTS } from './sql/revoked-user-sql.ts';
import { selectVersion } from './sql/version-sql.ts';

const VersionRow = z.tuple([z.string().transform(Number)]);

const App = z.object({
  name: z.string().transform(appName),
  id: z.string().transform(appId),
  activeRevision: z.number().transform(revision).nullable(),
  activeNumber: z.number().nullable(),
  refersTo: z.array(z.string().transform(appName)),
  tokenSecret: z.string(),
  createdAt: z.string().transform((text) => new Date(text)),
});
const Placement = z.object({
  app: z.string().transform(appName),
  shard: z.string().transform(shardName),
  epoch: z.number().transform(epoch),
  state: z.enum(['active', 'moving', 'offline']),
  database: z.string(),
  since: z.string().transform(lsn).nullable(),
  movingTo: z.string().transform(shardName).nullable(),
});
const Shard = z.object({
  name: z.string().transform(shardName),
  url: z.string().nullable(),
  state: z.enum(['active', 'draining']),
  history: z.string().nullable(),
});
const Graph = z.object({
  name: z.string().transform(graphName),
  apps: z.array(z.string().transform(appName)).nullable(),
});
const RevokedUser = z.object({ audience: z.string(), userId: z.string(), revokedAtMs: z.number() });

const SnapshotRow = z.tuple([
  z.string().transform(Number),
  z.array(App),
  z.array(Placement),
  z.array(Shard),
  z.array(Graph),
  z.array(RevokedUser),
]);

/** Of the app of a row of `placement`. */
const TARGET_OF_MOVE = `SELECT m.target FROM app_move m WHERE m.app = placement.app AND m.over_at IS NULL
  AND m.phase IN ('following', 'holding', 'fenced')`;

/** One statement, so that everything is read as of one moment without a transaction. */
function selectSnapshot(): Statement {
  const text = `
    SELECT version,
      (SELECT coalesce(json_agg(json_build_object('name', name, 'id', id, 'activeRevision', active_revision,
         'activeNumber', number, 'refersTo', refers_to, 'tokenSecret', token_secret,
         'createdAt', app.created_at) ORDER BY name), '[]')
       FROM app LEFT JOIN app_revision ON app = name AND revision = active_revision),
      (SELECT coalesce(json_agg(json_build_object('app', app, 'shard', shard, 'epoch', epoch,
         'state', state, 'database', database, 'since', since, 'movingTo', (${TARGET_OF_MOVE})) ORDER BY app), '[]')
       FROM placement),
      (SELECT coalesce(json_agg(json_build_object('name', name, 'url', url, 'state', state,
         'history', system_id || ':' || timeline) ORDER BY name), '[]')
       FROM shard),
      (SELECT coalesce(json_agg(json_build_object('name', name, 'apps', apps) ORDER BY name), '[]')
       FROM graph),
      (SELECT coalesce(json_agg(json_build_object('audience', audience, 'userId', user_id,
         'revokedAtMs', ceil(extract(epoch FROM revoked_at) * 1000))), '[]')
       FROM revoked_user WHERE ${REVOCATION_COUNTS})
    FROM installation`;
  return { text, values: [] };
}

export async function readSnapshot(database: Queryable): Promise<CatalogSnapshot> {
  const [row] = await database.query(selectSnapshot());
  const [version, apps, placements, shards, graphs, revoked] = SnapshotRow.parse(row);
  return Object.freeze({
    version,
    apps: byName(apps),
    shardMap: {
      placements: new Map<AppName, z.infer<typeof Placement>>(placements.map((each) => [each.app, each])),
      shards: byName(shards),
    },
    graphs: byName(graphs),
    revokedUsers: byAudience(revoked),
  });
}

export async function readVersion(database: Queryable): Promise<number> {
  const [row] = await database.query(selectVersion());
  return VersionRow.parse(row)[0];
}

function byAudience(revoked: readonly z.infer<typeof RevokedUser>[]): CatalogSnapshot['revokedUsers'] {
  const groups = Map.groupBy(revoked, ({ audience }) => audience);
  return new Map(
    [...groups].map(([audience, users]) => [
      audience,
      new Map(users.map(({ userId, revokedAtMs }) => [userId, revokedAtMs])),
    ]),
  );
}

function byName<T extends { readonly name: string }>(records: readonly T[]): ReadonlyMap<T['name'], T> {
  return new Map(records.map((record) => [record.name, record]));
}
