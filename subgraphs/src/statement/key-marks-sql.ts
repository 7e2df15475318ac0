/** Where a link starts, the keys by which its records are found, in marks that are taken out of the answer. */
import { quoteIdentifier } from '@rocket/platform';
import type { EntityModel, LinkModel, ManyToManyLink, TagKind } from '@rocket/schema';
import type { KeyMarks } from '../read/depends-on/key-marks.ts';
import { linkTagKinds } from '../read/depends-on/link-tags.ts';
import { MAX_VALUES } from '../read/depends-on/tag-set.ts';
import { sqlType } from '../sql/parameters.ts';
import { JsonConcat } from './json-concat.ts';
import type { RecordRow } from './record-row.ts';

/** Nothing when nobody asks what the answer depends on. */
export function linkMarks(link: LinkModel, target: EntityModel, row: RecordRow): JsonConcat {
  const json = new JsonConcat();
  const { marks } = row.parameters;
  if (marks === null) return json;
  const { byKey, byLinked } = linkTagKinds(link, target);
  const key = row.origin.key(link);
  if (byKey !== null) {
    const mark = markOf(marks, byKey, keyText(key));
    // Only a foreign key can be null; the others are the row's own keys.
    if (link.kind === 'to_one') json.expression(`coalesce(${mark.sql()}, '')`);
    else json.append(mark);
  }
  if (link.kind === 'many_to_many' && byLinked !== undefined && byLinked !== null) {
    json.expression(linkedMarksSql(link, { target, key: key.sql, marks, kind: byLinked }));
  }
  return json;
}

/** One for each row of the join table, and one more than is of use, which shows that there are too many. */
function linkedMarksSql(
  link: ManyToManyLink,
  of: { target: EntityModel; key: string; marks: KeyMarks; kind: TagKind },
): string {
  const type = sqlType(of.target.primaryKey);
  const column = (name: string) => `marked.${quoteIdentifier(name)}`;
  const rows = `SELECT ${column(link.targetJoinColumn)} AS key FROM ${quoteIdentifier(link.joinTable)} AS marked WHERE ${column(link.localJoinColumn)} = ${of.key} LIMIT ${MAX_VALUES + 1}`;
  const mark = markOf(of.marks, of.kind, keyText({ sql: 'linked.key', type })).sql();
  return `coalesce((SELECT string_agg(${mark}, '') FROM (${rows}) AS linked), '')`;
}

function markOf(marks: KeyMarks, kind: TagKind, key: string): JsonConcat {
  const { before, after } = marks.around(kind);
  return new JsonConcat().constant(before).expression(key).constant(after);
}

/** Texts may hold any character, and so the marks' own; keys of other types are digits, letters and hyphens. */
function keyText({ sql, type }: { readonly sql: string; readonly type: string | null }): string {
  return type === null || type === 'text' ? `to_json(${sql}::text)::text` : `${sql}::text`;
}
