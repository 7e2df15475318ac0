import { buildBehaviour, type EntityBehaviour } from '../behaviour/build-behaviour.ts';
import type { CacheDefinition } from '../document/cache-definition.ts';
import { normalizeDocument } from '../document/normalize.ts';
import type { AppDocument, EntityDefinition } from '../document/types.ts';
import { RocketError } from '../errors.ts';
import type { AppName } from '../ids.ts';
import { SEARCH_FALLBACK_NAME, versionFieldName } from '../naming/engine-names.ts';
import { buildWorkflows, workflowStarts } from '../workflows/build-workflows.ts';
import { engineOrigin, engineParts } from '../workflows/engine-entities.ts';
import { enginePermissions } from '../workflows/engine-policies.ts';
import type { AppModel, CacheSettings, EntityModel, JoinTableModel, LinkModel } from './app-model.ts';
import { buildAllFields } from './build-fields.ts';
import { sourceRef } from './build-links.ts';
import { buildPolicy } from './build-policy.ts';
import { deepFreeze } from './deep-freeze.ts';
import { documentLinks } from './document-links.ts';
import type { FieldModel } from './field-model.ts';

const DEFAULT_MAX_PAGE_SIZE = 200;

/**
 * The model of a document that `parseDocument` accepted. Built from the normalised document, so that it is the same
 * at import and when the stored revision is read again.
 * @throws RocketError `DOCUMENT_INVALID` when the document was not accepted
 */
export function buildModel(document: AppDocument, app: AppName): AppModel {
  const normal = normalizeDocument(document);
  const engine = engineParts(normal);
  const declared = [...normal.entities, ...engine.entities];
  const relations = [...normal.relations, ...engine.relations];
  const definitions = new Map(declared.map((entity) => [entity.name, entity]));
  const fields = buildAllFields(declared, relations);
  const { byEntity, contributions } = documentLinks({
    app,
    document: { ...normal, entities: declared, relations },
    fields,
  });
  const behaviourOf = buildBehaviour(normal, fields);
  const entities = new Map(
    declared.map((definition, index) => {
      const { name } = definition;
      const own = {
        origin: index < normal.entities.length ? ('document' as const) : engineOrigin(name),
        fields: fields.get(name) ?? [],
        links: byEntity.get(name) ?? [],
        behaviour: behaviourOf(name),
      };
      return [definition.name, buildEntity(definition, app, own)] as const;
    }),
  );
  const workflows = buildWorkflows(normal.workflows, { app, entities });
  return deepFreeze({
    app,
    ...(normal.description === undefined ? {} : { description: normal.description }),
    cache: cacheSettings(normal.cache),
    entities,
    joinTables: buildJoinTables(normal, entities),
    contributions,
    workflows,
    workflowStarts: workflowStarts(workflows),
    policies: [...normal.permissions, ...enginePermissions(normal)].map((permission) =>
      buildPolicy(permission, definitions),
    ),
    exports: new Set(normal.exports),
    refersTo: foreignApps(normal, app),
    document: normal,
  });
}

function buildEntity(
  definition: EntityDefinition,
  app: AppName,
  own: {
    readonly origin: EntityModel['origin'];
    readonly fields: readonly FieldModel[];
    readonly links: readonly LinkModel[];
    readonly behaviour: EntityBehaviour;
  },
): EntityModel {
  const { fields, links } = own;
  const primaryKey = fields.find((field) => field.isPrimaryKey);
  if (primaryKey === undefined) {
    throw new RocketError('DOCUMENT_INVALID', `Entity ${JSON.stringify(definition.name)} has no primary key`);
  }
  const fieldByGraphqlName = new Map(fields.map((field) => [field.graphqlName, field]));
  return {
    app,
    name: definition.name,
    origin: own.origin,
    table: definition.table,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    fields,
    fieldByName: new Map(fields.map((field) => [field.name, field])),
    fieldByGraphqlName,
    primaryKey,
    keyGeneration: keyGeneration(definition, primaryKey),
    softDelete: definition.soft_delete === true,
    ...(definition.slug === undefined ? {} : { slug: definition.slug }),
    versionGraphqlName: versionFieldName(fieldByGraphqlName),
    maxPageSize: definition.max_page_size ?? DEFAULT_MAX_PAGE_SIZE,
    cache: cacheSettings(definition.cache),
    ...searchName(own),
    links,
    ...own.behaviour,
  };
}

function cacheSettings(said: CacheDefinition | undefined): CacheSettings {
  return { policy: said?.policy ?? null, ttlSeconds: said?.ttl_seconds ?? null };
}

function searchName(own: {
  readonly fields: readonly FieldModel[];
  readonly links: readonly LinkModel[];
}): Pick<EntityModel, 'searchGraphqlName'> {
  if (!own.fields.some((field) => field.searchable)) return {};
  const isTaken = [...own.fields, ...own.links].some(({ graphqlName }) => graphqlName === 'search');
  return { searchGraphqlName: isTaken ? SEARCH_FALLBACK_NAME : 'search' };
}

function keyGeneration(definition: EntityDefinition, key: FieldModel): EntityModel['keyGeneration'] {
  if (definition.primary_key.generated !== true) return 'client';
  return key.type === 'uuid' ? 'uuid' : 'identity';
}

function buildJoinTables(
  document: AppDocument,
  entities: ReadonlyMap<string, EntityModel>,
): JoinTableModel[] {
  return document.relations.flatMap((relation) => {
    if (relation.type !== 'many_to_many') return [];
    const source = entities.get(relation.source);
    const target = entities.get(relation.target);
    const { join_table: table, source_join_key: sourceColumn, target_join_key: targetColumn } = relation;
    if (source === undefined || target === undefined) return [];
    if (table === undefined || sourceColumn === undefined || targetColumn === undefined) return [];
    return [{ relation: relation.name, table, sourceColumn, targetColumn, source, target }];
  });
}

function foreignApps(document: AppDocument, app: AppName): AppName[] {
  const apps = new Set(document.relations.map((relation) => sourceRef({ app }, relation).app));
  apps.delete(app);
  return [...apps].sort();
}
