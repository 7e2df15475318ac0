import { type EntityNames, entityNames, transitionNames } from '../../naming/graph-names.ts';
import { camelCase, enumMember, pascalCase, upperFirst } from '../../naming/identifiers.ts';
import { nestedNames } from '../../naming/relation-names.ts';
import type { JsonPath } from '../faults/json-path.ts';
import { parseRelationSource } from '../relation-source.ts';
import type { EntityDefinition, FieldDefinition, RelationDefinition } from '../types.ts';
import type { CheckContext } from './context.ts';

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

interface Claim {
  readonly name: string;
  /** What the name is for, as the message says it: `the list of "customer"`. */
  readonly use: string;
}

/** Who has a name, in one of GraphQL's two namespaces that entities share: types, and fields of the root types. */
class Names {
  readonly #owners = new Map<string, string>();
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  reserve(name: string, use: string): void {
    this.#owners.set(name, use);
  }

  /** Reports the first clash of the claims only: one entity's names clash together. */
  claim(claims: readonly Claim[], path: JsonPath): void {
    const clash = claims.find(({ name }) => this.#owners.has(name));
    for (const { name, use } of claims) if (!this.#owners.has(name)) this.#owners.set(name, use);
    if (clash === undefined) return;
    const message = `In GraphQL, ${clash.use} would be ${JSON.stringify(clash.name)}, which is ${this.#owners.get(clash.name)}`;
    this.#context.faults.error(path, message, 'Choose another name');
  }
}

/** No two entities, and no entity and the engine, may want the same type or root field. */
export function checkGraphqlNames(context: CheckContext): void {
  const types = new Names(context);
  const queries = new Names(context);
  const mutations = new Names(context);
  const subscriptions = new Names(context);
  for (const name of RESERVED_TYPES) types.reserve(name, 'a type of the engine');
  for (const entry of context.entities.values()) {
    const path = [...entry.path, 'name'];
    const of = entityNames({ app: context.app, entity: entry.value.name }, context.app);
    const label = JSON.stringify(entry.value.name);
    types.claim(typeClaims(of, label), path);
    queries.claim(
      [
        { name: of.one, use: `the query of one ${label}` },
        { name: of.many, use: `the list of ${label}` },
        { name: of.byKey, use: `the query of ${label} by key` },
        { name: of.connection, use: `the connection of ${label}` },
        { name: of.aggregate, use: `the aggregate of ${label}` },
        { name: of.groupBy, use: `the groups of ${label}` },
      ],
      path,
    );
    subscriptions.claim([{ name: of.changed, use: `the subscription of ${label}` }], path);
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

function typeClaims(of: EntityNames, label: string): readonly Claim[] {
  const derived = [
    of.whereInput,
    of.orderByInput,
    of.toManyFilterInput,
    of.fieldNameEnum,
    of.keyInput,
    of.createInput,
    of.patchInput,
    of.connectionType,
    of.edgeType,
    of.payloadType,
    of.changeType,
    of.previousType,
    ...Object.values(of.aggregateTypes),
    ...Object.values(of.groupByTypes),
  ];
  const own = { name: of.type, use: `the type of ${label}` };
  return [own, ...derived.map((name) => ({ name, use: `a type of ${label}` }))];
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
