/** A random read as GraphQL: filters and orders as variables, the rest in the text. */
import { type AppModel, type EntityModel, type EntityNames, entityNames } from '@rocket/schema';
import type {
  GroupByRead,
  ListArguments,
  Measures,
  PageArguments,
  ReadField,
  RootRead,
  Selection,
  SourceArguments,
} from './read-tree.ts';
import { targetOf } from './where-arbitrary.ts';

export interface ReadText {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** @param isAdmin whether deleted records can be requested */
export function readText(model: AppModel, root: RootRead, isAdmin: boolean): ReadText {
  const entity = model.entities.get(root.entity);
  if (entity === undefined) throw new Error(`No entity ${root.entity}`);
  return new ReadWriter(model, isAdmin).root(entity, root);
}

class ReadWriter {
  readonly #model: AppModel;
  readonly #isAdmin: boolean;
  readonly #types: string[] = [];
  readonly #variables: Record<string, unknown> = {};

  constructor(model: AppModel, isAdmin: boolean) {
    this.#model = model;
    this.#isAdmin = isAdmin;
  }

  root(entity: EntityModel, root: RootRead): ReadText {
    const field = this.#rootField(entity, root);
    const variables = this.#types.length === 0 ? '' : ` (${this.#types.join(', ')})`;
    return { query: `query${variables} { root: ${field} }`, variables: this.#variables };
  }

  #rootField(entity: EntityModel, root: RootRead): string {
    const names = namesOf(entity);
    switch (root.kind) {
      case 'record': {
        const args = [
          `${entity.primaryKey.graphqlName}: ${JSON.stringify(root.id)}`,
          ...this.#deleted(entity, root),
        ];
        return `${names.one}(${args.join(', ')}) ${this.#select(entity, root.select)}`;
      }
      case 'groupBy':
        return this.#groupBy(entity, root);
      case 'list':
        return this.#field(entity, { ...root, name: names.many });
      case 'connection':
        return this.#field(entity, { ...root, name: names.connection });
      case 'aggregate':
        return this.#field(entity, { ...root, name: names.aggregate });
      default:
        return root satisfies never;
    }
  }

  /** @param entity whose records the field leads to */
  #field(entity: EntityModel, field: ReadField): string {
    switch (field.kind) {
      case 'one':
        return `${field.name} ${this.#select(entity, field.select)}`;
      case 'list':
        return `${field.name}${inParentheses(this.#listArguments(entity, field.args))} ${this.#select(entity, field.select)}`;
      case 'connection': {
        const parts = field.parts.map((part) => {
          if (part === 'totalCount') return part;
          if (part === 'pageInfo') return 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
          const select = this.#select(entity, field.select);
          return part === 'nodes' ? `nodes ${select}` : `edges { cursor node ${select} }`;
        });
        return `${field.name}${inParentheses(this.#pageArguments(entity, field.args))} { ${parts.join(' ')} }`;
      }
      case 'aggregate':
        return `${field.name}${inParentheses(this.#source(entity, field.args))} { ${measuresText(field.measures)} }`;
      default:
        return field satisfies never;
    }
  }

  #select(entity: EntityModel, selection: Selection): string {
    const fields = selection.map((field, index) => {
      if (field.kind === 'scalar') return `f${index}: ${field.name}`;
      const link = entity.links.find(
        ({ graphqlName }) => graphqlName === field.name || `${graphqlName}Aggregate` === field.name,
      );
      if (link === undefined) throw new Error(`${entity.name} has no ${field.name}`);
      const name = field.kind === 'connection' ? `${field.name}Connection` : field.name;
      return `f${index}: ${this.#field(targetOf(this.#model, link), { ...field, name })}`;
    });
    return `{ ${fields.join(' ')} }`;
  }

  #groupBy(entity: EntityModel, read: GroupByRead): string {
    const names = namesOf(entity);
    const by = read.by.map(
      ({ field, bucket }) => `{ field: ${field}${bucket === undefined ? '' : `, bucket: ${bucket}`} }`,
    );
    const args = [
      `by: [${by.join(', ')}]`,
      ...this.#source(entity, read.args),
      ...this.#variable('having', names.groupByTypes.having, read.having),
      ...this.#variable('orderBy', `[${names.groupByTypes.order}!]`, read.orderBy),
      ...literal('limit', read.limit),
    ];
    const key = read.by.map(({ field }) => field).join(' ');
    return `${names.groupBy}(${args.join(', ')}) { key { ${key} } ${measuresText(read.measures)} }`;
  }

  #source(entity: EntityModel, args: SourceArguments): string[] {
    return [
      ...this.#variable('where', namesOf(entity).whereInput, args.where),
      ...this.#deleted(entity, args),
    ];
  }

  #listArguments(entity: EntityModel, args: ListArguments): string[] {
    const distinct = args.distinctOn === undefined ? [] : [`distinctOn: [${args.distinctOn.join(', ')}]`];
    return [
      ...this.#source(entity, args),
      ...this.#variable('orderBy', `[${namesOf(entity).orderByInput}!]`, args.orderBy),
      ...literal('limit', args.limit),
      ...literal('offset', args.offset),
      ...distinct,
    ];
  }

  #pageArguments(entity: EntityModel, args: PageArguments): string[] {
    const order = this.#variable('orderBy', `[${namesOf(entity).orderByInput}!]`, args.orderBy);
    const window = args.window === null ? [] : [`${args.window.side}: ${args.window.size}`];
    return [...this.#source(entity, args), ...order, ...window];
  }

  #deleted(entity: EntityModel, args: { withDeleted?: boolean }): string[] {
    return entity.softDelete && this.#isAdmin ? literal('withDeleted', args.withDeleted) : [];
  }

  #variable(argument: string, type: string, value: unknown): string[] {
    if (value === undefined) return [];
    const name = `v${this.#types.length}`;
    this.#types.push(`$${name}: ${type}`);
    this.#variables[name] = value;
    return [`${argument}: $${name}`];
  }
}

function namesOf(entity: EntityModel): EntityNames {
  return entityNames({ app: entity.app, entity: entity.name }, entity.app);
}

function measuresText({ count, of }: Measures): string {
  const parts = of.map((each) => `${each.function} { ${each.fields.join(' ')} }`);
  return [...(count ? ['count'] : []), ...parts].join(' ');
}

function literal(name: string, value: number | boolean | undefined): string[] {
  return value === undefined ? [] : [`${name}: ${value}`];
}

function inParentheses(args: readonly string[]): string {
  return args.length === 0 ? '' : `(${args.join(', ')})`;
}
