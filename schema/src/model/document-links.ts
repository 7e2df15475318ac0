import type { AppDocument } from '../document/types.ts';
import type { AppName } from '../ids.ts';
import { SEARCH_FALLBACK_NAME, versionFieldName } from '../naming/engine-names.ts';
import { transitionsFieldName } from '../naming/graph-names.ts';
import { type BuiltLinks, buildLinks } from './build-links.ts';
import type { FieldModel } from './field-model.ts';
import { FieldNames } from './link-names.ts';

type LinkedParts = Pick<AppDocument, 'entities' | 'relations' | 'state_machines'>;

/**
 * The links of all entities, with the names that they have in the graph.
 * @param of `document` is normalised, since names given on a clash depend on the order of relations
 */
export function documentLinks(of: {
  readonly app: AppName;
  readonly document: LinkedParts;
  /** Of every entity, by its name. */
  readonly fields: ReadonlyMap<string, readonly FieldModel[]>;
}): BuiltLinks {
  const { app, document, fields } = of;
  return buildLinks({
    app,
    entities: new Map(document.entities.map((entity) => [entity.name, entity])),
    fields,
    relations: document.relations,
    names: entityFieldNames(fields, document),
    foreignNames: foreignNamesByEntity(),
  });
}

function entityFieldNames(
  fields: ReadonlyMap<string, readonly FieldModel[]>,
  document: LinkedParts,
): ReadonlyMap<string, FieldNames> {
  const machines = Map.groupBy(document.state_machines, ({ entity }) => entity);
  const names = [...fields].map(([entity, own]) => {
    const states = new Set(machines.get(entity)?.map(({ field }) => field));
    const transitions = own.filter((field) => states.has(field.name)).map(transitionsFieldName);
    const search = own.some((field) => field.searchable) ? [SEARCH_FALLBACK_NAME] : [];
    const fieldNames = new Set(own.map((field) => field.graphqlName));
    const taken = [...fieldNames, versionFieldName(fieldNames), ...transitions, ...search];
    return [entity, new FieldNames(taken)] as const;
  });
  return new Map(names);
}

/** For an entity of another app only this app's own names are known; composition refuses clashes with other names. */
function foreignNamesByEntity(): (source: string) => FieldNames {
  const known = new Map<string, FieldNames>();
  return (source) => {
    const names = known.get(source) ?? new FieldNames([]);
    known.set(source, names);
    return names;
  };
}
