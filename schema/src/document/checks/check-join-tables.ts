import { formatPath } from '../faults/json-path.ts';
import type { RelationDefinition } from '../types.ts';
import { checkColumnName, checkTableName } from './check-names.ts';
import { type CheckContext, type Located, reportDuplicates } from './context.ts';

/** A many-to-many relation has a table of its own with two columns. */
export function checkManyToMany(context: CheckContext, { value, path }: Located<RelationDefinition>): void {
  if (value.join_table === undefined) {
    const hint = 'Name the table that holds the pairs of keys';
    context.faults.error([...path, 'join_table'], 'A many_to_many relation needs a join_table', hint);
  } else {
    checkTableName(context, { value: value.join_table, path: [...path, 'join_table'] });
  }
  for (const key of ['source_join_key', 'target_join_key'] as const) {
    const column = value[key];
    const place = [...path, key];
    if (column === undefined) {
      const hint = 'Name the column of the join table';
      context.faults.error(place, `A many_to_many relation needs a ${key}`, hint);
    } else {
      checkColumnName(context, { value: column, path: place });
    }
  }
  if (value.source_join_key !== undefined && value.source_join_key === value.target_join_key) {
    const message = 'The two columns of a join table must have different names';
    context.faults.error([...path, 'target_join_key'], message);
  }
  if (value.on_delete === 'set_null') {
    const message = 'A link cannot be set to null; it is deleted, as with "detach"';
    context.faults.warning([...path, 'on_delete'], message, 'Write "detach"');
  }
}

/** Every join table belongs to one relation, and to no entity. */
export function checkJoinTables(context: CheckContext): void {
  const tables = new Map([...context.entities.values()].map((entity) => [entity.value.table, entity]));
  const joins = context.parts.relations.flatMap(({ value, path }) =>
    value.type === 'many_to_many' && value.join_table !== undefined
      ? [{ value: value.join_table, path: [...path, 'join_table'] }]
      : [],
  );
  for (const join of joins) {
    const entity = tables.get(join.value);
    if (entity === undefined) continue;
    const message = `${JSON.stringify(join.value)} is the table of entity ${JSON.stringify(entity.value.name)}`;
    context.faults.error(join.path, message, 'Give the join table a name of its own');
  }
  reportDuplicates(
    joins,
    (table) => table,
    (join, first) => {
      const message = `The join table ${JSON.stringify(join.value)} is already used at ${formatPath(first.path)}`;
      context.faults.error(join.path, message);
    },
  );
}
