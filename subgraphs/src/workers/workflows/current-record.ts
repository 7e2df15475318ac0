/** Records as they are when a step begins, and where relations lead from them. */
import { quoteIdentifier } from '@rocket/platform';
import { type AppModel, type EntityModel, keyValue, type StoredRecord, WorkflowFault } from '@rocket/schema';
import { sqlType } from '../../sql/parameters.ts';
import { columns, keyColumn, live, toRecord } from '../../write/record-sql.ts';
import { entityOf } from '../../write/write-state.ts';
import type { OpenInstance } from './open-instance.ts';

/** Null when there is none, or it was deleted. */
export async function currentRecord(
  { write }: Pick<OpenInstance, 'write'>,
  entity: EntityModel,
  id: unknown,
): Promise<StoredRecord | null> {
  const key = keyValue(entity.primaryKey, id);
  if (key === null) return null;
  const [row] = await write.tx.query({
    text: `SELECT ${columns(entity)} FROM ${quoteIdentifier(entity.table)}
           WHERE ${keyColumn(entity)} = $1::${sqlType(entity.primaryKey)}${live(entity)}`,
    values: [key],
    prepare: true,
  });
  return row === undefined ? null : toRecord(entity, row);
}

/** The record that the instance was started for. @throws WorkflowFault when it is gone */
export async function triggerRecord(instance: OpenInstance, entityName: string): Promise<StoredRecord> {
  const { record_id: id } = instance.trigger;
  const found =
    id === null ? null : await currentRecord(instance, entityOf(instance.app.model, entityName), id);
  if (found === null) throw new WorkflowFault(`The ${entityName} that this is about is not there any more`);
  return found;
}

/** Along links to one record, by their GraphQL names. Null where one of them leads to nothing. */
export async function relatedRecord(
  instance: OpenInstance,
  from: { readonly record: StoredRecord; readonly entity: string },
  links: readonly string[],
): Promise<{ readonly record: StoredRecord; readonly entity: EntityModel } | null> {
  let at = { record: from.record, entity: entityOf(instance.app.model, from.entity) };
  for (const name of links) {
    const { target, localField } = toOneLink(instance.app.model, at.entity, name);
    const record = await currentRecord(instance, target, at.record.values[localField] ?? null);
    if (record === null) return null;
    at = { record, entity: target };
  }
  return at;
}

function toOneLink(model: AppModel, entity: EntityModel, name: string) {
  const link = entity.links.find(({ graphqlName }) => graphqlName === name);
  const target = link?.target.app === model.app ? model.entities.get(link.target.entity) : undefined;
  if (link?.kind !== 'to_one' || target === undefined)
    throw new WorkflowFault(`${entity.name} has no link ${JSON.stringify(name)} to one record any more`);
  return { target, localField: link.localField };
}
