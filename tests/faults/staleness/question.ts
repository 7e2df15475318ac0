/** A question to the apps, with the parts of its answer that each app is responsible for. */
import type { AppKey } from '../support/checked/checked-apps.ts';
import type { Reader, Row, Sight } from '../support/checked/checked-state.ts';
import type { Chance } from '../support/checked/seeded-random.ts';

/** What one app said, at one moment. */
export interface Part {
  readonly app: AppKey;
  readonly actual: unknown;
  readonly expected: (sight: Sight) => unknown;
}

export type Data = Readonly<Record<string, unknown>>;

export interface Question {
  /** In which app's graph it is asked. */
  readonly graph: AppKey;
  /** Nobody else is let. */
  readonly readers: (reader: Reader) => boolean;
  readonly query: string;
  readonly variables: Data;
  /** @param it value of the field `it` */
  readonly parts: (it: unknown) => readonly Part[];
}

/** What questions are about. */
export interface Subjects {
  readonly chance: Chance;
  /** Of records there are, were, or never will be: few, so that the same are asked for again and again. */
  readonly ids: (table: 'customer' | 'note' | 'label' | 'order') => string;
}

export type MakeQuestion = (subjects: Subjects) => Question;

const anybody = () => true;
export const signedIn = (reader: Reader) => reader.tokens !== null;
export const admins = (reader: Reader) => reader.isAdmin;

/** A question that one app answers as a whole. */
export function simple(
  graph: AppKey,
  { query, variables = {}, readers = anybody }: Partial<Question> & Pick<Question, 'query'>,
  expected: (sight: Sight) => unknown,
): Question {
  return { graph, query, variables, readers, parts: (it) => [{ app: graph, actual: it, expected }] };
}

/** The fields of records, one or a list, without those that another app gave. */
export function without(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, field));
  if (!isData(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
}

/** All records of an answer, one or a list. */
export function records(value: unknown): readonly Data[] {
  return (Array.isArray(value) ? value : [value]).filter(isData);
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For filters: rows where a field has a value. */
export function has(field: string, value: unknown): (row: Row) => boolean {
  return (row) => row[field] === value;
}
