import type { AppName, GraphName, GraphRevision, GraphRevisionId } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';
import type { GraphDefinition } from '../catalog.ts';

export function insertGraphRevision(graph: GraphRevision): Statement {
  return {
    text: 'INSERT INTO graph_revision (id, home, members) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING',
    values: [graph.id, graph.home, JSON.stringify(graph.members)],
  };
}

export function selectGraphRevision(id: GraphRevisionId): Statement {
  return { text: 'SELECT home, members FROM graph_revision WHERE id = $1', values: [id] };
}

export function upsertComposition(id: GraphRevisionId, composition: object): Statement {
  return {
    text: `INSERT INTO graph_composition (graph, composition) VALUES ($1, $2)
           ON CONFLICT (graph) DO UPDATE SET composition = excluded.composition, created_at = now()`,
    values: [id, JSON.stringify(composition)],
  };
}

export function selectComposition(id: GraphRevisionId): Statement {
  return { text: 'SELECT composition FROM graph_composition WHERE graph = $1', values: [id] };
}

/**
 * Only graphs whose apps are all as they are now can be asked for. The age is for what that cannot tell: graphs that were
 * defined otherwise since, and other versions of the engine. Rows that another gateway is about to delete are left to it.
 */
export function deleteStaleCompositions(except: GraphRevisionId): Statement {
  return {
    text: `DELETE FROM graph_composition WHERE graph IN (
             SELECT kept.graph FROM graph_composition kept JOIN graph_revision made ON made.id = kept.graph
             WHERE kept.graph <> $1 AND (
               kept.created_at < now() - interval '30 days'
               OR EXISTS (
                 SELECT FROM json_to_recordset(made.members) AS member (app text, revision integer)
                 LEFT JOIN app ON app.name = member.app
                 WHERE app.active_revision IS DISTINCT FROM member.revision))
             FOR UPDATE OF kept SKIP LOCKED)`,
    values: [except],
  };
}

export function selectGraphsWith(app: AppName): Statement {
  return {
    text: `SELECT made.id FROM graph_composition kept JOIN graph_revision made ON made.id = kept.graph
           WHERE EXISTS (SELECT FROM json_to_recordset(made.members) AS member (app text, revision integer)
                         JOIN app ON app.name = member.app AND app.active_revision = member.revision
                         WHERE member.app = $1)
           ORDER BY kept.created_at DESC LIMIT 20`,
    values: [app],
  };
}

/** Returns those of the apps that exist, locked, so that none is removed before the graph is stored. */
export function lockApps(apps: readonly AppName[]): Statement {
  return { text: 'SELECT name FROM app WHERE name = ANY ($1) FOR SHARE', values: [apps] };
}

/** Returns a row only if something changed. */
export function upsertGraph(graph: GraphDefinition): Statement {
  return {
    text: `INSERT INTO graph (name, apps) VALUES ($1, $2)
           ON CONFLICT (name) DO UPDATE SET apps = excluded.apps WHERE graph.apps IS DISTINCT FROM excluded.apps
           RETURNING name`,
    values: [graph.name, graph.apps],
  };
}

export function deleteGraph(name: GraphName): Statement {
  return { text: 'DELETE FROM graph WHERE name = $1 RETURNING name', values: [name] };
}
