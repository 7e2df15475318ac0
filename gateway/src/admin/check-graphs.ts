import type { AppRecord, CatalogSnapshot } from '@rocket/platform';
import { type AppModel, RocketError, revision } from '@rocket/schema';
import type { ComposedMember } from '../graphs/composer.ts';
import { graphKeyText, graphsWith, shapeOf } from '../graphs/graph-key.ts';
import type { AdminParts } from './parts.ts';

/** A document about to become an app's metadata. */
export interface Candidate {
  readonly model: AppModel;
  readonly contentHash: string;
}

/**
 * Composes every graph that would hold the candidate, before anything is changed for it.
 * @throws RocketError `COMPOSITION_FAILED` with the errors of each graph
 */
export async function checkGraphs(
  candidate: Candidate,
  snapshot: CatalogSnapshot,
  { composer, documents }: Pick<AdminParts, 'composer' | 'documents'>,
): Promise<void> {
  const { model, contentHash } = candidate;
  const after = withCandidate(model, snapshot);
  const self: ComposedMember = { app: model.app, document: model.document, contentHash };
  const failures: { graph: string; errors: readonly string[] }[] = [];
  for (const key of graphsWith(model.app, model.refersTo, after)) {
    const shape = shapeOf(key, after);
    const all = await Promise.all(
      shape.members.map(async (member) => (member.app === model.app ? self : await documents(member))),
    );
    const members = all.filter(({ document }) => document.entities.length > 0);
    if (members.length === 0) continue;
    const composition = await composer.compose(shape.home, members);
    if (!composition.ok) failures.push({ graph: graphKeyText(key), errors: composition.errors });
  }
  if (failures.length > 0)
    throw new RocketError('COMPOSITION_FAILED', undefined, { details: { graphs: failures } });
}

/** The snapshot as it would be with the candidate active. Its revision number plays no part in a composition. */
function withCandidate(model: AppModel, snapshot: CatalogSnapshot): CatalogSnapshot {
  const former = snapshot.apps.get(model.app);
  const record: AppRecord = {
    name: model.app,
    tokenSecret: former?.tokenSecret ?? '',
    createdAt: former?.createdAt ?? new Date(0),
    activeRevision: former?.activeRevision ?? revision(1),
    refersTo: model.refersTo,
  };
  return { ...snapshot, apps: new Map([...snapshot.apps, [model.app, record]]) };
}
