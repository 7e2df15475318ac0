/** Makes cursors; `read/cursor.ts` describes and reads them. */
import { orderName } from '../read/cursor.ts';
import type { PagePlan } from '../read/read-plan.ts';
import { literalText } from '../sql/literal-text.ts';
import type { SortExpression } from '../sql/order-sql.ts';
import { type JsonConcat, jsonString } from './json-concat.ts';

/** JSON string of a row's cursor. `translate` also drops padding and line breaks, which base64url does not have. */
export function cursorJson(page: PagePlan, order: readonly SortExpression[]): JsonConcat {
  const name = literalText(orderName(page.source.entity, page.order));
  const parts = [`${name}::text`, ...order.map((key) => `(${key.sql})::text`)];
  const bytes = `convert_to(json_build_array(${parts.join(', ')})::text, 'UTF8')`;
  return jsonString(`translate(encode(${bytes}, 'base64'), E'+/=\\n', '-_')`);
}
