/** Who wants which name of the generated API. */
import type { EntityNames } from '../../naming/graph-names.ts';
import type { JsonPath } from '../faults/json-path.ts';
import type { CheckContext } from './context.ts';

export interface Claim {
  readonly name: string;
  /** What the name is for, as the message says it: `the list of "customer"`. */
  readonly use: string;
}

/** Who has a name, in one of GraphQL's two namespaces that entities share: types, and fields of the root types. */
export class Names {
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

export function typeClaims(of: EntityNames, label: string): readonly Claim[] {
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

export function queryClaims(of: EntityNames, label: string): readonly Claim[] {
  return [
    { name: of.one, use: `the query of one ${label}` },
    { name: of.many, use: `the list of ${label}` },
    { name: of.byKey, use: `the query of ${label} by key` },
    { name: of.connection, use: `the connection of ${label}` },
    { name: of.aggregate, use: `the aggregate of ${label}` },
    { name: of.groupBy, use: `the groups of ${label}` },
  ];
}
