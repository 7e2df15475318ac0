/** How column values become JavaScript values; the table is in the doc comment of `Row`. */
import pg from 'pg';

type Parse = (text: string) => unknown;

const TEXT_ARRAY_OID = 1009;
/** The typings know only the types that pg names, which text[] is not. */
const library: { getTypeParser(oid: number, format: 'text'): (text: string) => unknown } = pg.types;
/**
 * Parses to nested arrays of strings and nulls: the only part of array parsing that is worth taking from the library.
 */
const parseTextArray = library.getTypeParser(TEXT_ARRAY_OID, 'text');

/** `2026-01-31 12:00:00.123456+00` -> `2026-01-31T12:00:00.123Z`. */
const UTC_TIMESTAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** Milliseconds are cut, not rounded: a rounded instant could lie after the one stored. */
export function parseTimestamptz(text: string): string {
  const match = UTC_TIMESTAMP.exec(text);
  if (match !== null) return `${match[1]}T${match[2]}.${(match[3] ?? '').slice(0, 3).padEnd(3, '0')}Z`;
  // Another session time zone, or a date before year 1 or after 9999. `infinity` stays as it is.
  const parsed = library.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text')(text);
  return parsed instanceof Date ? parsed.toISOString() : text;
}

const asIs: Parse = (text) => text;
const parseBoolean: Parse = (text) => text === 't';
const parseJson: Parse = (text) => JSON.parse(text);
const parseBytes: Parse = (text) => Buffer.from(text.slice(2), 'hex');

/** Element parser by type, with the type's array: `[oid, array oid, parser]`. */
const TYPES: readonly (readonly [oid: number, arrayOid: number, parse: Parse])[] = [
  [16, 1000, parseBoolean],
  [17, 1001, parseBytes],
  [19, 1003, asIs],
  [20, 1016, asIs],
  [21, 1005, Number],
  [23, 1007, Number],
  [25, TEXT_ARRAY_OID, asIs],
  [26, 1028, Number],
  [114, 199, parseJson],
  [700, 1021, Number],
  [701, 1022, Number],
  [1042, 1014, asIs],
  [1043, 1015, asIs],
  [1082, 1182, asIs],
  [1114, 1115, asIs],
  [1184, 1185, parseTimestamptz],
  [1700, 1231, asIs],
  [2950, 2951, asIs],
  [3802, 3807, parseJson],
];

const PARSERS = new Map<number, Parse>();
for (const [oid, arrayOid, parse] of TYPES) {
  PARSERS.set(oid, parse);
  PARSERS.set(arrayOid, (text) => mapElements(parseTextArray(text), parse));
}

function mapElements(value: unknown, parse: Parse): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => mapElements(element, parse));
  return typeof value === 'string' ? parse(value) : value;
}

/** Replaces the texts of a row by their values, in place. */
export type ParseRow = (fields: unknown[]) => void;

/**
 * @returns null when all columns are texts that stay as they are: most statements of the product return one such
 * column.
 */
export function rowParser(columns: readonly { readonly dataTypeID: number }[]): ParseRow | null {
  const parsers = columns.map(({ dataTypeID }) => PARSERS.get(dataTypeID) ?? asIs);
  if (parsers.every((parse) => parse === asIs)) return null;
  return (fields) => {
    parsers.forEach((parse, index) => {
      const field = fields[index];
      if (typeof field === 'string') fields[index] = parse(field);
    });
  };
}
