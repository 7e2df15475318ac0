import type { AppRecord, CatalogSnapshot, GraphDefinition } from '@rocket/platform';
import { appId, type GraphMember, hasSubgraph, RocketError, revision } from '@rocket/schema';
import type { ComposedMember, Composer } from '../../compose/composer.ts';
import type { ImportedModel } from '../../compose/read-document.ts';
import { type GraphKey, graphKeyText, graphsWith, shapeOf } from '../../graphs/graph-key.ts';

/** A document about to become an app's metadata. */
export interface Candidate {
  readonly model: ImportedModel;
  readonly contentHash: string;
}

/**
 * Composes every graph that would contain the candidate, before anything is changed for it.
 * @throws RocketError `COMPOSITION_FAILED` with the errors of each graph
 */
export async function checkGraphs(
  candidate: Candidate,
  snapshot: CatalogSnapshot,
  parts: ComposingParts,
): Promise<void> {
  const { model, contentHash } = candidate;
  const after = withCandidate(model, snapshot);
  const self: ComposedMember = { app: model.app, document: model.document, contentHash };
  await composeAll(graphsWith(model.app, model.refersTo, after), after, {
    composer: parts.composer,
    documents: async (member) => (member.app === model.app ? self : await parts.documents(member)),
  });
}

/**
 * Composes a named graph as it would be.
 * @throws RocketError `COMPOSITION_FAILED` with the errors
 */
export async function checkNamedGraph(
  graph: GraphDefinition,
  snapshot: CatalogSnapshot,
  parts: ComposingParts,
): Promise<void> {
  const after = { ...snapshot, graphs: new Map([...snapshot.graphs, [graph.name, graph]]) };
  await composeAll([{ kind: 'named', graph: graph.name }], after, parts);
}

interface ComposingParts {
  readonly composer: Composer;
  readonly documents: (member: GraphMember) => Promise<ComposedMember>;
}

async function composeAll(
  keys: readonly GraphKey[],
  snapshot: CatalogSnapshot,
  { composer, documents }: ComposingParts,
): Promise<void> {
  const failures: { graph: string; errors: readonly string[] }[] = [];
  for (const key of keys) {
    const shape = shapeOf(key, snapshot);
    const all = await Promise.all(shape.members.map(documents));
    const members = all.filter(({ document }) => hasSubgraph(document));
    if (members.length === 0) continue;
    const composition = await composer.compose(shape.home, members);
    if (!composition.ok) failures.push({ graph: graphKeyText(key), errors: composition.errors });
  }
  if (failures.length > 0)
    throw new RocketError('COMPOSITION_FAILED', undefined, { details: { graphs: failures } });
}

/** Id for an app that is not created yet; compositions do not depend on it. */
const NO_APP_ID = appId('00000000-0000-0000-0000-000000000000');

/** The snapshot as it would be with the candidate active. Compositions do not depend on its revision. */
function withCandidate(model: ImportedModel, snapshot: CatalogSnapshot): CatalogSnapshot {
  const former = snapshot.apps.get(model.app);
  const record: AppRecord = {
    name: model.app,
    id: former?.id ?? NO_APP_ID,
    tokenSecret: former?.tokenSecret ?? '',
    createdAt: former?.createdAt ?? new Date(0),
    activeRevision: former?.activeRevision ?? revision(1),
    activeNumber: former?.activeNumber ?? null,
    refersTo: model.refersTo,
  };
  return { ...snapshot, apps: new Map([...snapshot.apps, [model.app, record]]) };
}
