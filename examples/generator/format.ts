/** The text form of the committed documents: short values on one line, so that a field or a row is one line. */
import type { JsonValue } from '@rocket/schema';

const LINE_WIDTH = 140;
const INDENT = '  ';

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function oneLine(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(oneLine).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function holdsRecords(value: JsonValue): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (isList(value)) return value.some((part) => typeof part === 'object');
  return Object.values(value).some(holdsRecords);
}

/** Such a record stays on one line however long it is: rows and fields are read and compared line by line. */
function isRow(value: JsonValue): boolean {
  return value !== null && typeof value === 'object' && !isList(value) && !holdsRecords(value);
}

function lines(value: JsonValue, indent: string, depth: number): string {
  const short = oneLine(value);
  const fits = indent.length + short.length <= LINE_WIDTH;
  if (value === null || typeof value !== 'object' || (depth > 0 && (fits || isRow(value)))) return short;
  const inner = indent + INDENT;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((part) => inner + lines(part, inner, depth + 1)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${lines(member, inner, depth + 1)}`,
  );
  return `{\n${members.join(',\n')}\n${indent}}`;
}

/** JSON text with a final newline. */
export function formatJson(value: JsonValue): string {
  return `${lines(value, '', 0)}\n`;
}
