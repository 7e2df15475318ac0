import { type AppName, isAppName } from '../ids.ts';
import { isDocumentName } from '../naming/identifiers.ts';

/** What a relation's `source` names: an entity of the same app (`app` is null) or one of another app. */
export interface RelationSource {
  readonly app: AppName | null;
  readonly entity: string;
}

/** `customer` or `crm.customer`; null when it is neither. */
export function parseRelationSource(source: string): RelationSource | null {
  const [first = '', second, ...rest] = source.split('.');
  if (second === undefined) return { app: null, entity: first };
  if (rest.length > 0 || !isAppName(first) || !isDocumentName(second)) return null;
  return { app: first, entity: second };
}
