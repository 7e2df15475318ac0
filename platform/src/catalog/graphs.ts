import { type AppName, appName, graphRevisionId, RocketError, revision } from '@rocket/schema';
import { z } from 'zod';
import type { Database, Transaction } from '../postgres/queryable.ts';
import type { Catalog } from './catalog.ts';
import {
  deleteGraph,
  deleteStaleCompositions,
  insertGraphRevision,
  lockApps,
  selectComposition,
  selectGraphRevision,
  selectGraphsWith,
  upsertComposition,
  upsertGraph,
} from './sql/graph-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

const Member = z.object({ app: z.string().transform(appName), revision: z.number().transform(revision) });
const RevisionRow = z.tuple([z.string().transform(appName).nullable(), z.array(Member)]);
const GraphIdRow = z.tuple([z.string().transform(graphRevisionId)]);
const NameRow = z.tuple([z.string()]);

const CompositionRow = z.tuple([z.unknown()]);

type GraphCommands = Pick<
  Catalog,
  | 'putGraphRevision'
  | 'graphRevision'
  | 'putComposition'
  | 'composition'
  | 'graphsWith'
  | 'putGraph'
  | 'removeGraph'
>;

/** Named graphs, and exact compositions by their ids. */
export function graphCommands(database: Database): GraphCommands {
  return {
    async putGraphRevision(graph) {
      await database.query(insertGraphRevision(graph));
    },

    async graphRevision(id) {
      const [row] = await database.query(selectGraphRevision(id));
      if (row === undefined) throw new RocketError('GRAPH_NOT_FOUND', `There is no graph revision ${id}`);
      const [home, members] = RevisionRow.parse(row);
      return { id, home, members };
    },

    putComposition: (id, composition) =>
      database.transaction(async (transaction) => {
        await transaction.query(upsertComposition(id, composition));
        await transaction.query(deleteStaleCompositions(id));
      }),

    async composition(id) {
      const [row] = await database.query(selectComposition(id));
      return row === undefined ? null : CompositionRow.parse(row)[0];
    },

    async graphsWith(app) {
      const rows = await database.query(selectGraphsWith(app));
      return rows.map((row) => GraphIdRow.parse(row)[0]);
    },

    putGraph: (graph) =>
      database.transaction(async (transaction) => {
        if (graph.apps !== null) await requireApps(transaction, graph.apps);
        const changed = await transaction.query(upsertGraph(graph));
        if (changed.length > 0) await transaction.query(bumpVersion());
      }),

    removeGraph: (name) =>
      database.transaction(async (transaction) => {
        const removed = await transaction.query(deleteGraph(name));
        if (removed.length > 0) await transaction.query(bumpVersion());
      }),
  };
}

async function requireApps(transaction: Transaction, apps: readonly AppName[]): Promise<void> {
  const rows = await transaction.query(lockApps(apps));
  const found = new Set(rows.map((row) => NameRow.parse(row)[0]));
  const unknown = apps.filter((app) => !found.has(app));
  if (unknown.length > 0) throw new RocketError('APP_NOT_FOUND', `There is no app ${unknown.join(', ')}`);
}
