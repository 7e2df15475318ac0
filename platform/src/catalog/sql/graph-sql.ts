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
