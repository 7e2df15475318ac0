/** Statements on the rows of join tables. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { EntityModel, Filter, ManyToManyLink } from '@rocket/schema';
import { filterSql } from '../../sql/filter-sql.ts';
import { liveSql } from '../../sql/live-sql.ts';
import { Parameters, sqlType } from '../../sql/parameters.ts';
import { table } from '../record-sql.ts';

/** A join table as it is seen from one side of the relation. */
export interface LinkTable {
  readonly link: ManyToManyLink;
  readonly source: EntityModel;
  readonly target: EntityModel;
}

/** Keys of the records that a row links. */
export interface Pair {
  readonly source: string;
  readonly target: string;
}

/** Those to records that the caller may not read stay. */
export function removeLinks(of: LinkTable, which: { pairs: readonly Pair[]; readable: Filter }): Statement {
  const parameters = new Parameters();
  const { join, target, isPair } = parts(of);
  const isTarget = `target.${quoteIdentifier(of.link.targetField)} = ${target}`;
  const isHidden = `(${filterSql(which.readable, 'target', parameters)}) IS NOT TRUE`;
  return {
    text: `DELETE FROM ${join} AS link USING ${pairTable(of, which.pairs, parameters)} WHERE ${isPair}
           AND NOT EXISTS (SELECT 1 FROM ${table(of.target)} AS target WHERE ${isTarget} AND ${isHidden})`,
    values: parameters.values,
    prepare: true,
  };
}

/** Links of these records to others than the named ones. Those to records that the caller may not read stay. */
export function removeOtherLinks(
  of: LinkTable,
  which: { of: readonly string[]; but: readonly Pair[]; readable: Filter },
): Statement {
  const parameters = new Parameters();
  const { join, source, target, isPair } = parts(of);
  const sources = parameters.bind(which.of, `${sqlType(of.source.primaryKey)}[]`);
  const isTarget = `target.${quoteIdentifier(of.link.targetField)} = ${target}`;
  const seen = [
    isTarget,
    filterSql(which.readable, 'target', parameters),
    ...liveSql(of.target, 'target'),
  ].join(' AND ');
  return {
    text: `DELETE FROM ${join} AS link WHERE ${source} = ANY (${sources})
           AND NOT EXISTS (SELECT 1 FROM ${pairTable(of, which.but, parameters)} WHERE ${isPair})
           AND EXISTS (SELECT 1 FROM ${table(of.target)} AS target WHERE ${seen})`,
    values: parameters.values,
    prepare: true,
  };
}

/** In one order, so that two writes of the same links wait for each other and do not deadlock. */
export function insertLinks(of: LinkTable, pairs: readonly Pair[]): Statement {
  const parameters = new Parameters();
  const { join, columns } = parts(of);
  return {
    text: `INSERT INTO ${join} AS link (${columns}) SELECT pair."0", pair."1" FROM ${pairTable(of, pairs, parameters)}
           ORDER BY pair."0", pair."1" ON CONFLICT DO NOTHING`,
    values: parameters.values,
    prepare: true,
  };
}

function parts({ link }: LinkTable) {
  const source = `link.${quoteIdentifier(link.localJoinColumn)}`;
  const target = `link.${quoteIdentifier(link.targetJoinColumn)}`;
  return {
    join: quoteIdentifier(link.joinTable),
    columns: `${quoteIdentifier(link.localJoinColumn)}, ${quoteIdentifier(link.targetJoinColumn)}`,
    source,
    target,
    isPair: `${source} = pair."0" AND ${target} = pair."1"`,
  };
}

function pairTable(of: LinkTable, pairs: readonly Pair[], parameters: Parameters): string {
  const side = (entity: EntityModel, keys: readonly string[]) =>
    parameters.bind(keys, `${sqlType(entity.primaryKey)}[]`);
  const sources = side(
    of.source,
    pairs.map(({ source }) => source),
  );
  const targets = side(
    of.target,
    pairs.map(({ target }) => target),
  );
  return `unnest(${sources}, ${targets}) AS pair("0", "1")`;
}
