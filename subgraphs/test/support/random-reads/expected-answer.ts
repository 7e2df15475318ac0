/** The answer of a read, made from the records by naive loops. */
import type { EntityModel, FilterRecord, LinkModel } from '@rocket/schema';
import { answeredValue } from './field-value.ts';
import { groupValues } from './group-values.ts';
import { measureValues } from './measure-values.ts';
import type { PageArguments, ReadField, RecordRead, RootRead, Selection } from './read-tree.ts';
import { targetOf } from './where-arbitrary.ts';
import type { World } from './world/world.ts';

/** Stands for any cursor: what is in one is the database's business. */
export const SOME_CURSOR = '<cursor>';

export function expectedAnswer(world: World, root: RootRead): unknown {
  const entity = world.entity(root.entity);
  if (root.kind === 'groupBy') return groupValues(world, entity, root);
  if (root.kind === 'record') return recordOf(world, entity, root);
  return fieldValue(world, root, { entity, link: null, records: world.all(entity) });
}

function recordOf(world: World, entity: EntityModel, { id, select, ...args }: RecordRead): unknown {
  const found = world
    .source(entity, world.all(entity), args)
    .find((record) => String(record[entity.primaryKey.name]) === id);
  return found === undefined ? null : selected(world, { entity, record: found }, select);
}

interface Reached {
  readonly entity: EntityModel;
  readonly link: LinkModel | null;
  readonly records: readonly FilterRecord[];
}

function selected(
  world: World,
  of: { readonly entity: EntityModel; readonly record: FilterRecord },
  selection: Selection,
): Record<string, unknown> {
  const { entity, record } = of;
  const fields = selection.map((field, index) => {
    const key = `f${index}`;
    if (field.kind === 'scalar') return [key, scalarValue(entity, record, field.name)];
    const link = entity.links.find(
      ({ graphqlName }) => graphqlName === field.name || `${graphqlName}Aggregate` === field.name,
    );
    if (link === undefined) throw new Error(`${entity.name} has no ${field.name}`);
    const target = targetOf(world.model, link);
    const records = world.related(record, link, target);
    return [key, fieldValue(world, field, { entity: target, link, records })];
  });
  return Object.fromEntries(fields);
}

function scalarValue(entity: EntityModel, record: FilterRecord, name: string): unknown {
  if (name === '__typename') return entity.name.charAt(0).toUpperCase() + entity.name.slice(1);
  const field = entity.fieldByGraphqlName.get(name);
  if (field === undefined) throw new Error(`${entity.name} has no ${name}`);
  return answeredValue(field, record);
}

function fieldValue(world: World, field: ReadField, reached: Reached): unknown {
  const { entity, records } = reached;
  switch (field.kind) {
    case 'one': {
      const visible = world.sorted(world.source(entity, records, {}), world.order(entity, null, undefined));
      const [first] = visible;
      return first === undefined ? null : selected(world, { entity, record: first }, field.select);
    }
    case 'list':
      return world
        .list(reached, field.args)
        .map((record) => selected(world, { entity, record }, field.select));
    case 'connection':
      return connectionValue(world, field, reached);
    case 'aggregate':
      return measureValues(entity, world.source(entity, records, field.args), field.measures);
    default:
      return field satisfies never;
  }
}

function connectionValue(
  world: World,
  field: Extract<ReadField, { kind: 'connection' }>,
  { entity, link, records }: Reached,
): unknown {
  const all = world.sorted(
    world.source(entity, records, field.args),
    world.order(entity, link, field.args.orderBy),
  );
  const page = pageOf(all, field.args, entity.maxPageSize);
  const nodes = () => page.map((record) => selected(world, { entity, record }, field.select));
  const isBackwards = field.args.window?.side === 'last';
  const cursor = page.length === 0 ? null : SOME_CURSOR;
  const values = {
    totalCount: () => all.length,
    nodes,
    edges: () => nodes().map((node) => ({ cursor: SOME_CURSOR, node })),
    pageInfo: () => ({
      hasNextPage: !isBackwards && page.length < all.length,
      hasPreviousPage: isBackwards && page.length < all.length,
      startCursor: cursor,
      endCursor: cursor,
    }),
  };
  return Object.fromEntries(field.parts.map((part) => [part, values[part]()]));
}

function pageOf(
  all: readonly FilterRecord[],
  { window }: PageArguments,
  largest: number,
): readonly FilterRecord[] {
  if (window === null) return all.slice(0, largest);
  return window.side === 'first'
    ? all.slice(0, window.size)
    : all.slice(Math.max(0, all.length - window.size));
}
