/**
 * What a graph is made of, and the name of one exact composition. A shard gets only the name with a request; it
 * resolves it once through the catalog and then serves by that very schema, so a request never mixes revisions.
 */
import type { AppName, GraphRevisionId, Revision } from '../ids.ts';

export interface GraphRevision {
  readonly id: GraphRevisionId;
  readonly home: AppName | null;
  /** Sorted by app. */
  readonly members: readonly GraphMember[];
}

export interface GraphMember {
  readonly app: AppName;
  readonly revision: Revision;
}

/**
 * Members of the app graph of `home`: itself and the apps directly linked with it by a cross-app relation in either
 * direction. Not the transitive closure: that would grow every app graph into the whole platform.
 */
export function appGraphMembers(
  home: AppName,
  refersTo: ReadonlyMap<AppName, readonly AppName[]>,
): AppName[] {
  const members = new Set<AppName>([home]);
  for (const app of refersTo.get(home) ?? []) if (refersTo.has(app)) members.add(app);
  for (const [app, targets] of refersTo) if (targets.includes(home)) members.add(app);
  return [...members].sort();
}

/**
 * Canonical text of a composition; its hash is the revision's id. Engine version included: names may change with it.
 */
export function graphRevisionText(
  home: AppName | null,
  members: readonly GraphMember[],
  engine: string,
): string {
  const sorted = [...members].sort((a, b) => (a.app < b.app ? -1 : 1));
  return JSON.stringify([engine, home, sorted.map((m) => [m.app, m.revision])]);
}
