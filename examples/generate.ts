/** Writes the committed example documents. The same source gives the same bytes: `node examples/generate.ts`. */
import { writeFileSync } from 'node:fs';
import type { AppDocument, JsonValue } from '@rocket/schema';
import { crmDocument } from './crm/document.ts';
import { ecommerceDocument } from './ecommerce/document.ts';
import { formatJson } from './generator/format.ts';
import { helpdeskDocument } from './helpdesk/document.ts';

function textOf(document: AppDocument): string {
  const plain: JsonValue = JSON.parse(JSON.stringify(document));
  return formatJson(plain);
}

/** File name -> text of every example document. */
export function exampleFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['crm.json', textOf(crmDocument())],
    ['ecommerce.json', textOf(ecommerceDocument())],
    ['helpdesk.json', textOf(helpdeskDocument())],
  ]);
}

if (import.meta.main) {
  for (const [name, text] of exampleFiles()) writeFileSync(new URL(name, import.meta.url), text);
}
