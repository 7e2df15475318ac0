import { isOrderable, scalarType } from '../../values/scalar-type.ts';
import { formatPath } from '../faults/json-path.ts';
import type { RelationDefinition } from '../types.ts';
import { type CheckContext, type EntityEntry, findField, type Located, reportDuplicates } from './context.ts';

/** The default order of a relation's list: fields of the entity that is listed, each once. */
export function checkRelationOrder(
  context: CheckContext,
  { value, path }: Located<RelationDefinition>,
  listed: EntityEntry | undefined,
): void {
  const order = value.order_by ?? [];
  const place = [...path, 'order_by'];
  if (order.length === 0) return;
  if (value.type !== 'one_to_many') {
    const message = `A ${value.type} relation has no list with an order of its own`;
    context.faults.error(
      place,
      message,
      'Only one_to_many relations take "order_by"; queries order any list',
    );
    return;
  }
  const fields = order.map((key, index) => ({ value: key.field, path: [...place, index, 'field'] }));
  if (listed !== undefined) for (const name of fields) checkOrderField(context, listed, name);
  reportDuplicates(
    fields,
    (name) => name,
    (name, first) => {
      const message = `The list is already ordered by ${JSON.stringify(name.value)} at ${formatPath(first.path)}`;
      context.faults.error(name.path, message);
    },
  );
}

function checkOrderField(context: CheckContext, listed: EntityEntry, name: Located<string>): void {
  const field = findField(context, listed, name);
  if (field === undefined || isOrderable(scalarType(field.type))) return;
  context.faults.error(name.path, `A list cannot be ordered by a ${field.type} field`);
}
