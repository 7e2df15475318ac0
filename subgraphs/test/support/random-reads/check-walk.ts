/** Walks a connection page by page, at the root or below a record, and compares with the sorted records. */
import {
  type AppModel,
  type EntityModel,
  entityNames,
  type LinkModel,
  linkConnectionName,
} from '@rocket/schema';
import fc from 'fast-check';
import type { ReadApp } from '../read-app.ts';
import { CALLERS, type CallerName, callerName } from './check-read.ts';
import type { OrderBy, Where } from './read-tree.ts';
import { argumentWhere, operandsOf, orderArbitrary, targetOf } from './where-arbitrary.ts';
import { World } from './world/world.ts';
import type { WorldData } from './world/world-data.ts';

export interface Walk {
  readonly caller: CallerName;
  readonly entity: string;
  /** Below the record of this key, through this link; at the root without. */
  readonly below: { readonly id: string; readonly link: string } | null;
  readonly where?: Where;
  readonly orderBy?: OrderBy;
  readonly size: number;
  /** Ends of a range, as places in the whole list. */
  readonly range: readonly [number, number];
}

export function walkArbitrary(model: AppModel): fc.Arbitrary<Walk> {
  const walks = [...model.entities.values()].flatMap((entity) => [
    walkOf(model, { entity, target: entity, below: fc.constant(null) }),
    ...entity.links
      .filter((link) => link.kind === 'to_many' || link.kind === 'many_to_many')
      .map((link) => {
        const below = fc
          .constantFrom(...operandsOf(entity, entity.primaryKey).map(String))
          .map((id) => ({ id, link: link.graphqlName }));
        return walkOf(model, { entity, target: targetOf(model, link), below });
      }),
  ]);
  return fc.noBias(fc.oneof(...walks));
}

function walkOf(
  model: AppModel,
  of: { entity: EntityModel; target: EntityModel; below: fc.Arbitrary<Walk['below']> },
): fc.Arbitrary<Walk> {
  const { entity, target, below } = of;
  const place = fc.nat({ max: 12 });
  return fc.record(
    {
      caller: callerName,
      entity: fc.constant(entity.name),
      below,
      where: argumentWhere(model, target, 2),
      orderBy: orderArbitrary(model, target),
      size: fc.integer({ min: 1, max: Math.min(4, target.maxPageSize) }),
      range: fc.tuple(place, place),
    },
    { requiredKeys: ['caller', 'entity', 'below', 'size', 'range'] },
  );
}

interface Page {
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

type Window = Readonly<Record<string, string | number>>;

/** @throws Error with the pages when they are not the records in their order */
export async function checkWalk(app: ReadApp, data: WorldData, walk: Walk): Promise<void> {
  const expected = expectedIds(app.model, data, walk);
  const read = (window: Window) => readPage(app, walk, window);
  const forwards = await walkAll(walk, expected.length, 'forwards', read);
  const backwards = await walkAll(walk, expected.length, 'backwards', read);
  const [from, to] = walk.range.map((place) => forwards.cursors[place]);
  const between: Window = {
    first: walk.size,
    ...(from === undefined ? {} : { after: from }),
    ...(to === undefined ? {} : { before: to }),
  };
  const [start, end] = [
    from === undefined ? 0 : walk.range[0] + 1,
    to === undefined ? expected.length : walk.range[1],
  ];
  const range = await read(between);
  const actual = JSON.stringify([forwards.ids, backwards.ids, range.ids]);
  const wanted = JSON.stringify([
    expected,
    expected,
    expected.slice(start, Math.max(start, end)).slice(0, walk.size),
  ]);
  if (actual === wanted) return;
  throw new Error(
    `A walk found other records\n${JSON.stringify(walk)}\nexpected  ${wanted}\nactual    ${actual}`,
  );
}

async function walkAll(
  { size }: Walk,
  count: number,
  way: 'forwards' | 'backwards',
  read: (window: Window) => Promise<Page>,
): Promise<{ ids: string[]; cursors: string[] }> {
  const isForwards = way === 'forwards';
  const found: { ids: string[]; cursors: string[] } = { ids: [], cursors: [] };
  let position: Window = {};
  for (let pages = 0; pages <= count; pages += 1) {
    const page = await read({ [isForwards ? 'first' : 'last']: size, ...position });
    if (isForwards) found.ids.push(...page.ids);
    else found.ids.unshift(...page.ids);
    found.cursors.push(...page.cursors);
    if (!(isForwards ? page.hasNextPage : page.hasPreviousPage)) return found;
    const cursor = isForwards ? page.cursors.at(-1) : page.cursors.at(0);
    if (cursor === undefined) throw new Error('A page without records has another page behind it');
    position = { [isForwards ? 'after' : 'before']: cursor };
  }
  throw new Error('The pages do not end');
}

async function readPage(app: ReadApp, walk: Walk, window: Window): Promise<Page> {
  const { caller, where, orderBy, below } = walk;
  const { entity, target, link } = placeOf(app.model, walk);
  const names = entityNames({ app: entity.app, entity: entity.name }, entity.app);
  const inputs = entityNames({ app: target.app, entity: target.name }, target.app);
  const args = Object.entries(window).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const field = link === null ? names.connection : linkConnectionName(link);
  const connection = `page: ${field}(where: $where, orderBy: $orderBy, ${args.join(', ')}) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const outer =
    below === null ? connection : `record: ${names.one}(id: ${JSON.stringify(below.id)}) { ${connection} }`;
  const query = `query ($where: ${inputs.whereInput}, $orderBy: [${inputs.orderByInput}!]) { ${outer} }`;
  const variables = {
    ...(where === undefined ? {} : { where }),
    ...(orderBy === undefined ? {} : { orderBy }),
  };
  const { data, errors } = await app.ask(query, { caller: CALLERS[caller], variables });
  if (errors.length > 0) throw new Error(`${query}\n${JSON.stringify(variables)}\n${JSON.stringify(errors)}`);
  const holder = below === null ? data : data?.['record'];
  return holder === null ? EMPTY_PAGE : pageOf(memberOf(holder, 'page'));
}

const EMPTY_PAGE: Page = { ids: [], cursors: [], hasNextPage: false, hasPreviousPage: false };

/** @throws Error when the page's own cursors are not those of its edges */
function pageOf(connection: unknown): Page {
  const edges = memberOf(connection, 'edges');
  const info = memberOf(connection, 'pageInfo');
  if (!Array.isArray(edges)) throw new Error('The edges are no list');
  const cursors = edges.map((edge) => String(memberOf(edge, 'cursor')));
  const ends = [memberOf(info, 'startCursor'), memberOf(info, 'endCursor')];
  if (JSON.stringify(ends) !== JSON.stringify([cursors.at(0) ?? null, cursors.at(-1) ?? null]))
    throw new Error(`The ends of a page are not its edges: ${JSON.stringify({ cursors, ends })}`);
  return {
    ids: edges.map((edge) => String(memberOf(memberOf(edge, 'node'), 'id'))),
    cursors,
    hasNextPage: memberOf(info, 'hasNextPage') === true,
    hasPreviousPage: memberOf(info, 'hasPreviousPage') === true,
  };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`There is no ${name}`);
  return Reflect.get(value, name);
}

function placeOf(
  model: AppModel,
  walk: Walk,
): { entity: EntityModel; target: EntityModel; link: LinkModel | null } {
  const entity = model.entities.get(walk.entity);
  if (entity === undefined) throw new Error(`No entity ${walk.entity}`);
  if (walk.below === null) return { entity, target: entity, link: null };
  const link = entity.links.find(({ graphqlName }) => graphqlName === walk.below?.link);
  if (link === undefined) throw new Error(`${entity.name} has no ${walk.below.link}`);
  return { entity, target: targetOf(model, link), link };
}

function expectedIds(model: AppModel, data: WorldData, walk: Walk): readonly string[] {
  const world = new World({ model, caller: CALLERS[walk.caller], data });
  const { entity, target, link } = placeOf(model, walk);
  const holders = world
    .source(entity, world.all(entity), {})
    .filter((record) => String(record['id']) === walk.below?.id);
  const records =
    link === null ? world.all(entity) : holders.flatMap((record) => world.related(record, link, target));
  const found = world.source(target, records, walk.where === undefined ? {} : { where: walk.where });
  return world.sorted(found, world.order(target, link, walk.orderBy)).map((record) => String(record['id']));
}
