/** Records as they are when a step begins, and where relations lead from them. */
import { quoteIdentifier } from '@rocket/platform';
import {
  type AppModel,
  type EntityModel,
  type FieldModel,
  keyValue,
  type StoredRecord,
  WorkflowFault,
} from '@rocket/schema';
import { sqlType } from '../../../sql/parameters.ts';
import { columns, keyColumn, live, toRecord } from '../../../write/record-sql.ts';
import { entityOf } from '../../../write/write-state.ts';
import type { OpenInstance } from '../instance/open-instance.ts';

type Reading = Pick<OpenInstance, 'write'>;

/** Null when there is none, or it was deleted. */
export async function currentRecord(
  reading: Reading,
  entity: EntityModel,
  id: unknown,
): Promise<StoredRecord | null> {
  return await recordBy(reading, { entity, field: entity.primaryKey }, id);
}

/** The first by its key, where there are several. */
async function recordBy(
  { write }: Reading,
  { entity, field }: { readonly entity: EntityModel; readonly field: FieldModel },
  value: unknown,
): Promise<StoredRecord | null> {
  const key = keyValue(field, value);
  if (key === null) return null;
  const [row] = await write.tx.query({
    text: `SELECT ${columns(entity)} FROM ${quoteIdentifier(entity.table)}
           WHERE ${quoteIdentifier(field.name)} = $1::${sqlType(field)}${live(entity)}
           ORDER BY ${keyColumn(entity)} LIMIT 1`,
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
    const { to, localField } = singleLink(instance.app.model, at.entity, name);
    const record = await recordBy(instance, to, at.record.values[localField] ?? null);
    if (record === null) return null;
    at = { record, entity: to.entity };
  }
  return at;
}

function singleLink(model: AppModel, entity: EntityModel, name: string) {
  const link = entity.links.find(({ graphqlName }) => graphqlName === name);
  const target = link?.target.app === model.app ? model.entities.get(link.target.entity) : undefined;
  const isSingle = link?.kind === 'to_one' || link?.kind === 'has_one';
  const field = isSingle ? target?.fieldByName.get(link.targetField) : undefined;
  if (!isSingle || target === undefined || field === undefined)
    throw new WorkflowFault(`${entity.name} has no link ${JSON.stringify(name)} to one record any more`);
  return { to: { entity: target, field }, localField: link.localField };
}
