/** Rules that stop a delete, of the record itself and of those that would be deleted along with it. */
import type { EntityModel, UserError } from '@rocket/schema';
import { selectRecords, toRecord } from '../record-sql.ts';
import { WriteRefused } from '../write-result.ts';
import type { DeleteState } from '../write-state.ts';
import { judge } from './judge-rules.ts';
import { loadRelated } from './load-related.ts';
import { ruleVariables } from './rule-variables.ts';

/**
 * @param keys of records of the entity that are to be deleted, all of which are locked
 * @throws WriteRefused with the errors of all rules of all these records
 */
export async function applyDeleteRules(
  write: DeleteState,
  entity: EntityModel,
  keys: readonly string[],
): Promise<void> {
  const checks = entity.rules.beforeDelete;
  if (checks.length === 0) return;
  const rows = await write.tx.query(selectRecords(entity, keys));
  const records = rows.map((row) => toRecord(entity, row).values);
  const loads = checks.flatMap((rule) => (rule.kind === 'field' ? [] : rule.related));
  const related = await loadRelated(write, entity, { records, loads });
  const errors: UserError[] = [];
  for (const record of records) {
    const judged = judge(write, checks, {
      concerns: () => true,
      valueOf: (rule) => record[rule.field.name],
      variablesFor: (rule) =>
        ruleVariables(write, { record, old: record, action: 'delete' }, related(record, rule.related)),
      pathOf: () => write.keyPath,
    });
    errors.push(...judged.errors);
    if (judged.stopped) break;
  }
  if (errors.length > 0) throw new WriteRefused(errors);
}
