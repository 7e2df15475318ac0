/** Random reads: trees of lists, connections, aggregates and single records with arguments of their own. */
import { type AppModel, type EntityModel, type LinkModel, linkAggregateName } from '@rocket/schema';
import fc from 'fast-check';
import {
  groupKeysArbitrary,
  groupOrderArbitrary,
  havingArbitrary,
  measuresArbitrary,
} from './measure-arbitrary.ts';
import { Memo } from './memo.ts';
import type {
  GroupByRead,
  ListArguments,
  PageArguments,
  ReadField,
  RecordRead,
  RootRead,
  SelectedField,
  Selection,
  SourceArguments,
} from './read-tree.ts';
import { argumentWhere, isOrdered, operandsOf, orderArbitrary, targetOf } from './where-arbitrary.ts';

const MAX_FIELDS = 4;

/** Sometimes nothing. */
function limitOf({ maxPageSize }: EntityModel): fc.Arbitrary<number> {
  const most = Math.min(6, maxPageSize);
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: most }) },
    { weight: 1, arbitrary: fc.constant(0) },
  );
}

export class ReadArbitraries {
  readonly #model: AppModel;
  readonly #selections = new Memo<Selection>();
  readonly #lists = new Memo<ListArguments>();
  readonly #pages = new Memo<PageArguments>();
  readonly #sources = new Memo<SourceArguments>();

  constructor(model: AppModel) {
    this.#model = model;
  }

  root(depth: number): fc.Arbitrary<RootRead> {
    return fc.noBias(
      fc.oneof(...[...this.#model.entities.values()].map((entity) => this.#rootOf(entity, depth))),
    );
  }

  #rootOf(entity: EntityModel, depth: number): fc.Arbitrary<RootRead> {
    const of = { name: '', target: entity, depth };
    const reads: fc.Arbitrary<Exclude<ReadField, { kind: 'one' }> | GroupByRead | RecordRead>[] = [
      this.#list(of),
      this.#connection(of),
      this.#aggregate(of),
      this.#record(entity, depth),
      this.#groupBy(entity),
    ];
    return fc.oneof(...reads).map((read) => ({ entity: entity.name, ...read }));
  }

  #record(entity: EntityModel, depth: number): fc.Arbitrary<RecordRead> {
    const keys = operandsOf(entity, entity.primaryKey).map(String);
    return fc.record(
      {
        kind: fc.constant('record' as const),
        id: fc.constantFrom(...keys),
        withDeleted: fc.boolean(),
        select: this.select(entity, depth),
      },
      { requiredKeys: ['kind', 'id', 'select'] },
    );
  }

  #groupBy(entity: EntityModel): fc.Arbitrary<GroupByRead> {
    return groupKeysArbitrary(entity).chain((by) =>
      fc.record(
        {
          kind: fc.constant('groupBy' as const),
          args: this.#source(entity),
          by: fc.constant(by),
          having: havingArbitrary(entity),
          orderBy: groupOrderArbitrary(
            entity,
            by.map(({ field }) => field),
          ),
          limit: limitOf(entity),
          measures: measuresArbitrary(entity),
        },
        { requiredKeys: ['kind', 'args', 'by', 'measures'] },
      ),
    );
  }

  select(entity: EntityModel, depth: number): fc.Arbitrary<Selection> {
    return this.#selections.get(`${entity.name} ${depth}`, () => {
      const scalars = fc
        .constantFrom('__typename', ...entity.fields.map((field) => field.graphqlName))
        .map((name): SelectedField => ({ kind: 'scalar', name }));
      if (depth === 0) return fc.array(scalars, { minLength: 1, maxLength: MAX_FIELDS, size: 'max' });
      const links = entity.links.map((link) => this.#link(link, depth - 1));
      return fc.array(fc.oneof(scalars, ...links), { minLength: 1, maxLength: MAX_FIELDS, size: 'max' });
    });
  }

  #link(link: LinkModel, depth: number): fc.Arbitrary<SelectedField> {
    const target = targetOf(this.#model, link);
    const name = link.graphqlName;
    if (link.kind === 'to_one' || link.kind === 'has_one')
      return this.select(target, depth).map((select) => ({ kind: 'one', name, select }));
    return fc.oneof(
      this.#list({ name, target, depth }),
      this.#connection({ name, target, depth }),
      this.#aggregate({ name: linkAggregateName(link), target }),
    );
  }

  #list(of: {
    name: string;
    target: EntityModel;
    depth: number;
  }): fc.Arbitrary<Extract<ReadField, { kind: 'list' }>> {
    const { name, target, depth } = of;
    const ordered = target.fields.filter(isOrdered).map((field) => field.graphqlName);
    const args = this.#lists.get(target.name, () =>
      fc.record(
        {
          where: argumentWhere(this.#model, target, 2),
          withDeleted: fc.boolean(),
          orderBy: orderArbitrary(this.#model, target),
          limit: limitOf(target),
          offset: fc.constantFrom(0, 1, 2),
          distinctOn: fc.subarray(ordered, { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    );
    return fc
      .tuple(args, this.select(target, depth))
      .map(([list, select]) => ({ kind: 'list', name, args: list, select }));
  }

  #connection(of: {
    name: string;
    target: EntityModel;
    depth: number;
  }): fc.Arbitrary<Extract<ReadField, { kind: 'connection' }>> {
    const { name, target, depth } = of;
    const window = fc.record({
      side: fc.constantFrom('first' as const, 'last' as const),
      size: fc.integer({ min: 0, max: target.maxPageSize }),
    });
    const args = this.#pages.get(target.name, () =>
      fc.record(
        {
          where: argumentWhere(this.#model, target, 2),
          withDeleted: fc.boolean(),
          orderBy: orderArbitrary(this.#model, target),
          window: fc.option(window),
        },
        { requiredKeys: ['window'] },
      ),
    );
    const parts = fc.subarray(
      ['totalCount' as const, 'nodes' as const, 'edges' as const, 'pageInfo' as const],
      {
        minLength: 1,
      },
    );
    return fc
      .tuple(args, parts, this.select(target, depth))
      .map(([page, chosen, select]) => ({ kind: 'connection', name, args: page, parts: chosen, select }));
  }

  #aggregate(of: {
    name: string;
    target: EntityModel;
  }): fc.Arbitrary<Extract<ReadField, { kind: 'aggregate' }>> {
    const { name, target } = of;
    return fc
      .tuple(this.#source(target), measuresArbitrary(target))
      .map(([args, measures]) => ({ kind: 'aggregate', name, args, measures }));
  }

  #source(entity: EntityModel): fc.Arbitrary<SourceArguments> {
    return this.#sources.get(entity.name, () =>
      fc.record(
        { where: argumentWhere(this.#model, entity, 2), withDeleted: fc.boolean() },
        { requiredKeys: [] },
      ),
    );
  }
}
