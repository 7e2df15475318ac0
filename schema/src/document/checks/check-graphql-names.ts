import { entityNames, transitionNames } from '../../naming/graph-names.ts';
import { camelCase, enumMember, pascalCase, upperFirst } from '../../naming/identifiers.ts';
import { nestedNames } from '../../naming/relation-names.ts';
import { changedName } from '../../naming/workflow-names.ts';
import { parseRelationSource } from '../relation-source.ts';
import type { EntityDefinition, FieldDefinition, RelationDefinition } from '../types.ts';
import type { CheckContext } from './context.ts';
import { type Claim, Names, queryClaims, typeClaims } from './graphql-claims.ts';
import { reserveWorkflowNames } from './reserve-workflow-names.ts';

const OWN_TYPES = [
  'Query',
  'Mutation',
  'Subscription',
  'PageInfo',
  'UserError',
  'SortDirection',
  'TimeBucket',
  'ChangeOperation',
  'NestedWriteMode',
  'NestedLinksInput',
  'NestedLinkInput',
];
const SCALARS = [
  'Int',
  'Float',
  'String',
  'Boolean',
  'ID',
  'DateTime',
  'Date',
  'BigInt',
  'Decimal',
  'JSON',
  'UUID',
  'File',
];
/** Types that every graph has. `Errors` is reserved because a payload's `errors` would clash with its record. */
const RESERVED_TYPES = [
  ...OWN_TYPES,
  ...SCALARS,
  ...SCALARS.map((name) => `${name}Filter`),
  'NullFilter',
  'JSONPathFilter',
  'StringComparisonFilter',
  'Errors',
];

/** No two entities, and no entity and the engine, may want the same type or root field. */
export function checkGraphqlNames(context: CheckContext): void {
  const types = new Names(context);
  const queries = new Names(context);
  const mutations = new Names(context);
  const subscriptions = new Names(context);
  for (const name of RESERVED_TYPES) types.reserve(name, 'a type of the engine');
  reserveWorkflowNames(context, { types, queries, mutations, subscriptions });
  for (const entry of context.entities.values()) {
    const path = [...entry.path, 'name'];
    const of = entityNames({ app: context.app, entity: entry.value.name }, context.app);
    const label = JSON.stringify(entry.value.name);
    types.claim(typeClaims(of, label), path);
    queries.claim(queryClaims(of, label), path);
    const changed = changedName(
      { app: context.app, name: entry.value.name, origin: 'document' },
      context.app,
    );
    subscriptions.claim([{ name: changed, use: `the subscription of ${label}` }], path);
    mutations.claim(
      [of.create, of.update, of.delete, of.restore].map((name) => ({ name, use: `a mutation of ${label}` })),
      path,
    );
  }
  checkTransitionNames(context, { types, mutations });
  // Last, so that a clash is reported at the field and not at an entity that is declared after it.
  for (const entry of context.entities.values()) {
    for (const [index, field] of entry.value.fields.entries()) {
      types.claim(enumClaims(entry.value, field), [...entry.path, 'fields', index, 'name']);
    }
  }
  // The second of a name is reported by the check of repeats.
  const relations = new Map(context.parts.relations.toReversed().map((entry) => [entry.value.name, entry]));
  for (const { value, path } of context.parts.relations.filter(
    (entry) => relations.get(entry.value.name) === entry,
  )) {
    types.claim(nestedClaims(context, value), [...path, 'name']);
  }
}

function checkTransitionNames(
  context: CheckContext,
  { types, mutations }: { readonly types: Names; readonly mutations: Names },
): void {
  const named = new Set<string>();
  for (const { value, path } of context.parts.state_machines) {
    const label = JSON.stringify([value.entity, value.field]);
    // A second machine of a field is a fault of its own.
    if (!context.entities.has(value.entity) || named.has(label)) continue;
    named.add(label);
    const ref = { app: context.app, entity: value.entity };
    const names = transitionNames(ref, { graphqlName: camelCase(value.field) }, context.app);
    const use = `the transition of ${JSON.stringify(value.field)}`;
    types.claim([{ name: names.type, use }], [...path, 'field']);
    mutations.claim([{ name: names.mutation, use }], [...path, 'field']);
  }
}

/** Links of many-to-many relations are written by types of the engine, and a parent of another app writes none. */
function nestedClaims({ app }: CheckContext, relation: RelationDefinition): readonly Claim[] {
  const source = parseRelationSource(relation.source);
  if (relation.type === 'many_to_many' || (source?.app ?? app) !== app) return [];
  const use = `an input of relation ${JSON.stringify(relation.name)}`;
  return Object.values(nestedNames(relation.name, app, app)).map((name) => ({ name, use }));
}

function enumClaims(entity: EntityDefinition, field: FieldDefinition): readonly Claim[] {
  const values = field.enum ?? [];
  if (values.length === 0 || values.some((value) => enumMember(value) === null)) return [];
  const type = `${pascalCase(entity.name)}${upperFirst(camelCase(field.name))}`;
  const use = `the enum of field ${JSON.stringify(field.name)}`;
  return [
    { name: type, use },
    { name: `${type}Filter`, use },
  ];
}
