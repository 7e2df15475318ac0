/** Rows of join tables are inserted and removed, and what they link is noted as touched. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import { linkTags, MAX_TOUCHED_TAGS, type ManyToManyLink } from '@rocket/schema';
import { z } from 'zod';
import type { WriteTransaction } from './write-state.ts';

const End = z.tuple([z.boolean(), z.string()]);

/** @param statement inserts or deletes rows of the link's join table, which it calls `link` */
export async function writeLinks(
  { tx, model, touched }: Pick<WriteTransaction, 'tx' | 'model' | 'touched'>,
  link: ManyToManyLink,
  statement: Statement,
): Promise<void> {
  const rows = await tx.query(returningEnds(link, statement));
  for (const row of rows) {
    const [isLocal, key] = End.parse(row);
    const column = isLocal ? link.localJoinColumn : link.targetJoinColumn;
    for (const tag of linkTags(model.app, { joinTable: link.joinTable, column, key })) touched.add(tag);
  }
}

/** All rows are written, and of their ends no more come back than it takes to tell of the whole table. */
function returningEnds(link: ManyToManyLink, statement: Statement): Statement {
  const local = `link.${quoteIdentifier(link.localJoinColumn)}`;
  const target = `link.${quoteIdentifier(link.targetJoinColumn)}`;
  return {
    ...statement,
    text: `WITH written AS (${statement.text} RETURNING ${local}::text AS local, ${target}::text AS target)
           SELECT true, local FROM written UNION SELECT false, target FROM written LIMIT ${MAX_TOUCHED_TAGS}`,
  };
}
