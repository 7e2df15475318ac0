/** What the databases hold, as far as it is asked for: made by the same writes, and read by plain loops. */
import { PUBLIC_ROLE } from '@rocket/schema';
import { type AppKey, ME, POLICIES, type TableName } from './checked-apps.ts';

/** By the names of the API. A link is `{id, customerId, labelId}`; a note that is deleted has `isDeleted`. */
export type Row = Readonly<Record<string, string | number | boolean | null>> & { readonly id: string };
export type Table = ReadonlyMap<string, Row>;
/** Never changed; each write makes another one. */
export type State = Readonly<Record<TableName, Table>>;

export const NO_ROWS: State = {
  customer: new Map(),
  note: new Map(),
  label: new Map(),
  link: new Map(),
  order: new Map(),
  item: new Map(),
};

export interface Reader {
  readonly name: string;
  readonly userId: string | null;
  /** Beside `public`, which everybody has. */
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** Access token for each app's graph; null for nobody. */
  readonly tokens: Readonly<Record<AppKey, string>> | null;
}

/** Who is not signed in. */
export const NOBODY: Reader = { name: 'nobody', userId: null, roles: [], isAdmin: false, tokens: null };

/** The state with these rows in place of those with the same ids. */
export function withRows(state: State, table: TableName, rows: readonly Row[]): State {
  return { ...state, [table]: new Map([...state[table], ...rows.map((row) => [row.id, row] as const)]) };
}

export function withoutRows(state: State, table: TableName, isGone: (row: Row) => boolean): State {
  return { ...state, [table]: new Map([...state[table]].filter(([, row]) => !isGone(row))) };
}

export function mayRead(reader: Reader, table: TableName, row: Row): boolean {
  if (reader.isAdmin) return true;
  return POLICIES.some(({ role, entity, condition }) => {
    if (entity !== table || ![PUBLIC_ROLE, ...reader.roles].includes(role)) return false;
    if (condition === undefined) return true;
    const [field, operator, wanted] = condition;
    const value = row[field] ?? null;
    if (operator === 'gte') return typeof value === 'number' && value >= Number(wanted);
    return value !== null && value === (wanted === ME ? reader.userId : wanted);
  });
}

/** What a reader sees of a state. */
export class Sight {
  readonly #state: State;
  readonly #reader: Reader;

  constructor(state: State, reader: Reader) {
    this.#state = state;
    this.#reader = reader;
  }

  /** Those that hold, by id. */
  all(table: TableName, holds: (row: Row) => boolean = () => true): readonly Row[] {
    return [...this.#state[table].values()]
      .filter((row) => row['isDeleted'] !== true && mayRead(this.#reader, table, row) && holds(row))
      .sort((a, b) => compare(a.id, b.id));
  }

  /** All notes that were deleted, for admins. */
  deleted(): readonly Row[] {
    return [...this.#state.note.values()]
      .filter((row) => row['isDeleted'] === true)
      .sort((a, b) => compare(a.id, b.id));
  }

  one(table: TableName, id: unknown): Row | null {
    return this.all(table, (row) => row.id === id)[0] ?? null;
  }

  labelsOf(customer: Row): readonly Row[] {
    return this.all('label', ({ id }) => this.#state.link.has(linkId(customer.id, id)));
  }

  customersOf(label: Row): readonly Row[] {
    return this.all('customer', ({ id }) => this.#state.link.has(linkId(id, label.id)));
  }
}

export function linkId(customer: string, label: string): string {
  return `${customer} ${label}`;
}

/** Nulls last, as in ascending orders of the API. */
export function compare(a: Row[string] | undefined, b: Row[string] | undefined): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return a < b ? -1 : 1;
}

/** Sorted by a field, then by id in the same direction. */
export function sorted(rows: readonly Row[], field: string, way: 'ASC' | 'DESC' = 'ASC'): readonly Row[] {
  const sign = way === 'ASC' ? 1 : -1;
  return rows.toSorted((a, b) => sign * (compare(a[field], b[field]) || compare(a.id, b.id)));
}

/** These fields of a row, in this order; null of none. */
export function pick(row: Row | null, ...fields: readonly string[]): Record<string, unknown> | null {
  return row === null ? null : Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));
}

/** As `sum` of whole numbers is told. */
export function sum(rows: readonly Row[], field: string): string | null {
  return rows.length === 0 ? null : String(rows.reduce((total, row) => total + Number(row[field]), 0));
}
