/** Says in words how two databases differ that should be made alike. */

import { FENCE_TRIGGER } from '../barrier/fence-sql.ts';
import type { DatabaseStructure, TableStructure } from './database-structure.ts';
import { columnSql } from './table-structure-sql.ts';

/** What something is, by what it is called in a message. */
type Parts = ReadonlyMap<string, string>;

/**
 * One sentence for each difference, none when there is no difference. Extensions that only the target has do not count:
 * the provider of a server may put them into every database.
 * @param fence triggers of this name do not count
 */
export function compareStructure(
  source: DatabaseStructure,
  target: DatabaseStructure,
  fence = FENCE_TRIGGER,
): string[] {
  const targetTables = new Map(target.tables.map((table) => [table.name, table]));
  const ofTables = source.tables.flatMap((table) => {
    const other = targetTables.get(table.name);
    return other === undefined ? [] : compareParts(tableParts(table, fence), tableParts(other, fence));
  });
  const extensions = extensionParts(target);
  return [
    ...[...extensionParts(source)].filter(([name]) => !extensions.has(name)).map(([name]) => missing(name)),
    ...compareParts(databaseParts(source), databaseParts(target)),
    ...ofTables,
  ];
}

function compareParts(source: Parts, target: Parts): string[] {
  const ofSource = [...source].flatMap(([name, sql]) => {
    const other = target.get(name);
    if (other === undefined) return [missing(name)];
    return other === sql ? [] : [`${name} differs: in the source it is ${sql}, in the target ${other}`];
  });
  const others = [...target.keys()].filter((name) => !source.has(name));
  return [...ofSource, ...others.map((name) => `${name} is only in the target`)];
}

function missing(name: string): string {
  return `${name} is missing in the target`;
}

function extensionParts({ extensions }: DatabaseStructure): Parts {
  return new Map(extensions.map(({ name }) => [`Extension ${name}`, name]));
}

function databaseParts({ definitions, sequences, tables }: DatabaseStructure): Parts {
  const parts = new Map<string, string>();
  for (const each of definitions) {
    const kind = each.kind === 'type' ? 'Type' : 'Function';
    parts.set(`${kind} ${each.signature}`, each.sql.join('; '));
  }
  for (const { name, type, parameters, owner } of sequences) {
    const owned = owner === null ? '' : ` OWNED BY ${owner.table}.${owner.column}`;
    parts.set(`Sequence ${name}`, `${type} ${parameters}${owned}`);
  }
  for (const table of tables) parts.set(`Table ${table.name}`, describeTable(table));
  return parts;
}

function describeTable({
  isUnlogged,
  partitionKey,
  partitionBound,
  parents,
  replicaIdentity,
}: TableStructure) {
  const { kind, index } = replicaIdentity;
  const below = parents.length === 0 ? '' : `below ${parents.join(', ')} ${partitionBound ?? ''}`.trimEnd();
  const identity = `with replica identity ${kind === 'index' ? `index ${index}` : kind}`;
  const partitioned = partitionKey === null ? '' : `partitioned by ${partitionKey}`;
  return [isUnlogged ? 'unlogged' : 'logged', partitioned, below, identity]
    .filter((part) => part !== '')
    .join(' ');
}

function tableParts({ name, columns, constraints, indexes, triggers }: TableStructure, fence: string): Parts {
  const parts = new Map<string, string>();
  const add = (kind: string, part: string, sql: string) => parts.set(`${kind} ${part} of table ${name}`, sql);
  for (const column of columns) add('Column', column.name, columnSql(column));
  for (const each of constraints) add('Constraint', each.name, each.definition);
  for (const each of indexes) add('Index', each.name, each.definition);
  for (const each of triggers) {
    if (each.name !== fence) add('Trigger', each.name, `${each.definition} ${each.firing ?? ''}`.trimEnd());
  }
  return parts;
}
