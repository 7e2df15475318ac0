/** SQL of single tables, columns and sequences of a structure that was read. */
import { quoteIdentifier } from '@rocket/platform';
import { publicName } from './catalog-sql.ts';
import type { ColumnStructure, SequenceStructure, TableStructure } from './database-structure.ts';

export function createTableSql(table: TableStructure, sequences: readonly SequenceStructure[]): string {
  const kind = table.isUnlogged ? 'UNLOGGED TABLE' : 'TABLE';
  const columns = table.columns.map((column) => {
    const sequence = sequences.find(
      ({ owner }) => owner?.table === table.name && owner.column === column.name,
    );
    return `${quoteIdentifier(column.name)} ${columnSql(column, sequence)}`;
  });
  const partitions = table.partitionKey === null ? '' : ` PARTITION BY ${table.partitionKey}`;
  return `CREATE ${kind} ${publicName(table.name)} (${columns.join(', ')})${partitions}`;
}

/** What follows the column's name; an identity takes the sequence that was made for it before. */
export function columnSql(column: ColumnStructure, sequence?: SequenceStructure): string {
  const { type, collation, isNotNull, identity } = column;
  const parts = [type, collation === null ? '' : `COLLATE ${collation}`, isNotNull ? 'NOT NULL' : ''];
  const options =
    sequence === undefined ? '' : `(SEQUENCE NAME ${publicName(sequence.name)} ${sequence.parameters})`;
  if (identity === null) parts.push(expressionSql(column));
  else parts.push(`GENERATED ${identity} AS IDENTITY`, options);
  return parts.filter((part) => part !== '').join(' ');
}

function expressionSql({ expression, generated }: ColumnStructure): string {
  if (expression === null) return '';
  if (generated === null) return `DEFAULT ${expression}`;
  return `GENERATED ALWAYS AS (${expression}) ${generated.toUpperCase()}`;
}

export function createSequenceSql({ name, type, parameters }: SequenceStructure): string {
  return `CREATE SEQUENCE ${publicName(name)} AS ${type} ${parameters}`;
}

/** Joins a table, made by itself, to the ones that it inherits from, or whose partition it is. */
export function joinParentsSql({ name, parents, partitionBound }: TableStructure): string[] {
  return parents.map((parent) =>
    partitionBound === null
      ? `ALTER TABLE ${publicName(name)} INHERIT ${publicName(parent)}`
      : `ALTER TABLE ${publicName(parent)} ATTACH PARTITION ${publicName(name)} ${partitionBound}`,
  );
}

/** None for a table that replication finds rows of by the primary key, as it does by default. */
export function replicaIdentitySql({ name, replicaIdentity: { kind, index } }: TableStructure): string[] {
  const start = `ALTER TABLE ${publicName(name)} REPLICA IDENTITY`;
  if (kind === 'full' || kind === 'nothing') return [`${start} ${kind.toUpperCase()}`];
  return index === null ? [] : [`${start} USING INDEX ${quoteIdentifier(index)}`];
}
