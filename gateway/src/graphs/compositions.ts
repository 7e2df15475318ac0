import { createHash } from 'node:crypto';
import { type Catalog, createImmutableJson, type Logger, type SharedCache } from '@rocket/platform';
import { type Composition, ENGINE_VERSION, type GraphRevision } from '@rocket/schema';
import { z } from 'zod';

/** What an exact set of documents is composed to, for ever, by one version of the engine. */
export type GraphComposition = Omit<Extract<Composition, { ok: true }>, 'ok'>;

/** Compositions that were made before, by any gateway: in the shared cache, and in the catalog. */
export interface Compositions {
  /** Null when it has to be made. */
  kept(revision: GraphRevision): Promise<GraphComposition | null>;
  /** Keeps one of a graph revision that is in the catalog. What fails is logged: it would be made once more. */
  keep(revision: GraphRevision, composition: GraphComposition): Promise<void>;
}

const Kept = z.object({
  supergraphSdl: z.string().min(1),
  references: z.array(
    z.object({ type: z.string(), field: z.string(), witnesses: z.tuple([z.string()], z.string()) }),
  ),
});

export function createCompositions(parts: {
  catalog: Pick<Catalog, 'documentNames' | 'composition' | 'putComposition'>;
  sharedCache: SharedCache;
  logger: Logger;
}): Compositions {
  const { catalog, sharedCache: cache, logger } = parts;
  const shared = createImmutableJson<GraphComposition>({
    ...{ cache, logger },
    kind: 'composition',
    parse: (value) => Kept.parse(value),
  });

  async function inCatalog({ id }: GraphRevision): Promise<GraphComposition | null> {
    const value = await catalog.composition(id);
    if (value === null) return null;
    const { data, error } = Kept.safeParse(value);
    if (error === undefined) return data;
    logger.warn({ err: error, graph: id }, 'A composition in the catalog cannot be used; it is made anew');
    return null;
  }

  return {
    async kept(revision) {
      const key = await contentKey(revision, catalog);
      if (key === null) return null;
      const known = await shared.get(key);
      if (known !== null) return known;
      const composition = await inCatalog(revision);
      if (composition !== null) shared.set(key, composition);
      return composition;
    },
    async keep(revision, { supergraphSdl, references }) {
      const composition = { supergraphSdl, references };
      const key = await contentKey(revision, catalog);
      if (key !== null) shared.set(key, composition);
      try {
        await catalog.putComposition(revision.id, composition);
      } catch (error) {
        logger.warn({ err: error, graph: revision.id }, 'A composition is not kept in the catalog');
      }
    },
  };
}

/**
 * Names what a graph is composed of; null when a member was removed meanwhile. Not the id of its revision: a catalog that
 * was restored from a backup gives the same numbers to other documents, and the shared cache has no part in that backup.
 */
export async function contentKey(
  { home, members }: GraphRevision,
  catalog: Pick<Catalog, 'documentNames'>,
): Promise<string | null> {
  const names = await catalog.documentNames(members);
  if (names.length !== members.length) return null;
  const contents = names.map(({ app, contentHash }) => [app, contentHash]).sort();
  return createHash('sha256')
    .update(JSON.stringify([ENGINE_VERSION, home, contents]))
    .digest('hex');
}
