import { parseRelationSource } from '../document/relation-source.ts';
import type { EntityDefinition, RelationDefinition } from '../document/types.ts';
import type { AppName } from '../ids.ts';
import type {
  EntityRef,
  ForeignContribution,
  HasOneLink,
  LinkModel,
  LinkOrderKey,
  ToManyLink,
} from './app-model.ts';
import type { FieldModel } from './field-model.ts';
import { type FieldNames, inverseCandidates, manyToManyCandidates, toOneCandidates } from './link-names.ts';

/** Key of an entity of another app when the relation does not name it. */
const FOREIGN_KEY_FIELD = 'id';
const DEFAULT_WRITE_MODE = 'diff';

export interface LinkInput {
  readonly app: AppName;
  readonly entities: ReadonlyMap<string, EntityDefinition>;
  /** Fields of each entity. */
  readonly fields: ReadonlyMap<string, readonly FieldModel[]>;
  /** Sorted by name, so that names given on a clash do not depend on how a document was written. */
  readonly relations: readonly RelationDefinition[];
  /** Names taken by the fields of each entity; grows as links are named. */
  readonly names: ReadonlyMap<string, FieldNames>;
  /** Names that this app gives to entities of other apps, by `app.entity`. */
  readonly foreignNames: (source: string) => FieldNames;
}

export interface BuiltLinks {
  readonly byEntity: ReadonlyMap<string, readonly LinkModel[]>;
  readonly contributions: readonly ForeignContribution[];
}

/** Names a link: the document's own choice, or the first free candidate. */
interface Naming {
  readonly names: FieldNames | undefined;
  readonly chosen: string | undefined;
  readonly candidates: readonly string[];
  readonly isList: boolean;
}

/**
 * Both directions of every relation. Names that the document demands are taken first, then to-one links, then lists:
 * a foreign key's own name is worth more than a derived plural.
 */
export function buildLinks(input: LinkInput): BuiltLinks {
  reserveChosenNames(input);
  const byEntity = new Map<string, LinkModel[]>([...input.entities.keys()].map((name) => [name, []]));
  const contributions: ForeignContribution[] = [];
  const add = (entity: string, link: LinkModel) => byEntity.get(entity)?.push(link);
  for (const relation of input.relations) {
    if (relation.type !== 'many_to_many') add(relation.target, toOneLink(input, relation));
  }
  for (const relation of input.relations) {
    const source = sourceRef(input, relation);
    if (relation.type === 'many_to_many') {
      add(relation.source, manyToManyLink(input, relation, 'source'));
      add(relation.target, manyToManyLink(input, relation, 'target'));
    } else if (source.app === input.app) {
      add(source.entity, inverseLink(input, relation, source));
    } else {
      contributions.push({ on: source, link: inverseLink(input, relation, source) });
    }
  }
  return { byEntity, contributions };
}

export function sourceRef(input: Pick<LinkInput, 'app'>, relation: RelationDefinition): EntityRef {
  const source = parseRelationSource(relation.source);
  return { app: source?.app ?? input.app, entity: source?.entity ?? relation.source };
}

function namesOf(input: LinkInput, relation: RelationDefinition): FieldNames | undefined {
  return sourceRef(input, relation).app === input.app
    ? input.names.get(relation.source)
    : input.foreignNames(relation.source);
}

function reserveChosenNames(input: LinkInput): void {
  for (const relation of input.relations) {
    const { field, inverse_field: inverse } = relation.graphql ?? {};
    const isList = relation.type !== 'one_to_one';
    if (field !== undefined) namesOf(input, relation)?.take(field, isList);
    const isInverseList = relation.type === 'many_to_many';
    if (inverse !== undefined) input.names.get(relation.target)?.take(inverse, isInverseList);
  }
}

function nameLink({ names, chosen, candidates, isList }: Naming): string {
  return chosen ?? names?.takeFirst(candidates, isList) ?? candidates[0] ?? 'related';
}

/** A relation's description is written from its source's view; on the inverse field it would be wrong. */
function describe(relation: RelationDefinition): { readonly description?: string } {
  return relation.description === undefined ? {} : { description: relation.description };
}

function sourceKey(input: LinkInput, relation: RelationDefinition): string {
  const local = input.entities.get(relation.source);
  return local?.primary_key.field ?? relation.source_key ?? FOREIGN_KEY_FIELD;
}

function targetKey(relation: RelationDefinition): string {
  return relation.target_key ?? '';
}

function toOneLink(input: LinkInput, relation: RelationDefinition): LinkModel {
  const source = sourceRef(input, relation);
  const graphqlName = nameLink({
    names: input.names.get(relation.target),
    chosen: relation.graphql?.inverse_field,
    candidates: toOneCandidates(targetKey(relation), source.entity),
    isList: false,
  });
  return {
    kind: 'to_one',
    relation: relation.name,
    graphqlName,
    target: source,
    localField: targetKey(relation),
    targetField: sourceKey(input, relation),
    isChecked: source.app === input.app && relation.check_reference !== false,
    onDelete: relation.on_delete ?? null,
  };
}

function inverseLink(
  input: LinkInput,
  relation: RelationDefinition,
  source: EntityRef,
): ToManyLink | HasOneLink {
  const kind = relation.type === 'one_to_one' ? 'has_one' : 'to_many';
  const graphqlName = nameLink({
    names: namesOf(input, relation),
    chosen: relation.graphql?.field,
    candidates: inverseCandidates(relation, source.entity, targetKey(relation)),
    isList: kind === 'to_many',
  });
  const common = {
    relation: relation.name,
    graphqlName,
    target: { app: input.app, entity: relation.target },
    localField: sourceKey(input, relation),
    targetField: targetKey(relation),
    onDelete: relation.on_delete ?? null,
    writeMode: relation.write_mode ?? DEFAULT_WRITE_MODE,
    ...describe(relation),
  };
  return kind === 'has_one'
    ? { kind, ...common }
    : { kind, ...common, defaultOrder: defaultOrder(input, relation) };
}

/** Every field exists: the check of relations refuses unknown ones. */
function defaultOrder(input: LinkInput, relation: RelationDefinition): readonly LinkOrderKey[] {
  const fields = input.fields.get(relation.target) ?? [];
  return (relation.order_by ?? []).flatMap(({ field: name, direction }) => {
    const field = fields.find((each) => each.name === name);
    return field === undefined ? [] : [{ field, descending: direction === 'desc' }];
  });
}

function manyToManyLink(
  input: LinkInput,
  relation: RelationDefinition,
  side: 'source' | 'target',
): LinkModel {
  const isSource = side === 'source';
  const own = isSource ? relation.source : relation.target;
  const other = isSource ? relation.target : relation.source;
  const columns = [relation.source_join_key ?? '', relation.target_join_key ?? ''] as const;
  const [localJoinColumn, targetJoinColumn] = isSource ? columns : ([columns[1], columns[0]] as const);
  const graphqlName = nameLink({
    names: input.names.get(own),
    chosen: isSource ? relation.graphql?.field : relation.graphql?.inverse_field,
    candidates: manyToManyCandidates(relation, side, localJoinColumn),
    isList: true,
  });
  return {
    kind: 'many_to_many',
    relation: relation.name,
    graphqlName,
    target: { app: input.app, entity: other },
    localField: input.entities.get(own)?.primary_key.field ?? FOREIGN_KEY_FIELD,
    targetField: input.entities.get(other)?.primary_key.field ?? FOREIGN_KEY_FIELD,
    joinTable: relation.join_table ?? '',
    localJoinColumn,
    targetJoinColumn,
    // A row of a join table has no key to set to null; it is deleted, as in the format's own engine.
    onDelete: relation.on_delete === 'set_null' ? 'detach' : (relation.on_delete ?? null),
    writeMode: relation.write_mode ?? DEFAULT_WRITE_MODE,
    declaredHere: isSource,
    ...(isSource ? describe(relation) : {}),
  };
}
