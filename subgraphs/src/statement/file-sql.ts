/** A stored file as JSON. The properties of the stored object have Rocket's names, and it has no URL. */
import { type AppName, type FieldModel, fileUrl, STORED_FILE_NAMES } from '@rocket/schema';
import type { FilePart } from '../read/read-plan.ts';
import { literalText } from '../sql/literal-text.ts';
import { JsonConcat } from './json-concat.ts';

/** @param column of type jsonb */
export function fileJson(
  file: { field: FieldModel; app: AppName; parts: readonly FilePart[] },
  column: string,
): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, part] of file.parts.entries()) {
    json.key(part.key, index === 0);
    if (part.kind === 'constant') json.constant(part.json);
    else if (part.kind === 'url') json.expression(urlSql(file.app, column));
    else json.expression(`coalesce((${column} -> '${STORED_FILE_NAMES[part.kind]}')::text, 'null')`);
  }
  return new JsonConcat().expression(
    `CASE jsonb_typeof(${column}) WHEN 'object' THEN ${json.constant('}').sql()} ELSE 'null' END`,
  );
}

function urlSql(app: AppName, column: string): string {
  return `to_json(${literalText(fileUrl(app, ''))} || coalesce(${column} ->> 'id', ''))::text`;
}
