/** The shop's document, for one app or for many. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppDocument, type AppName, parseDocument } from '@rocket/schema';

/** As it is in the file: what an administrator imports. */
export async function readShop(): Promise<object> {
  const document: unknown = JSON.parse(await readFile(join(import.meta.dirname, 'shop.json'), 'utf8'));
  if (typeof document !== 'object' || document === null) throw new Error('shop.json holds no document');
  return document;
}

/** As a gateway stores it for an app. @throws Error with all faults */
export function parseShop(app: AppName, document: object): AppDocument {
  const parsed = parseDocument(document, app);
  if (parsed.ok) return parsed.document;
  throw new Error(parsed.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'));
}
