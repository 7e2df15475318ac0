/** The description of a file that a record keeps: a copy in its column, which names the parts as Rocket did. */
import type { AppName } from '../ids.ts';
import { isRawNumber } from './exact-json.ts';

/** Names in the column, by the names of the API. They are those of the columns of the table of files too. */
export const STORED_FILE_NAMES = {
  id: 'id',
  filename: 'filename',
  size: 'size',
  mimeType: 'mime_type',
} as const;

/** Path of a file on the server that callers ask. What it begins with is the same for all files of an app. */
export function fileUrl(app: AppName, id: string): string {
  return `/apps/${app}/files/${id}`;
}

/** The description as the API has it; null for what is none. */
export function publicFile(app: AppName, stored: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored) || isRawNumber(stored))
    return null;
  const parts = new Map<string, unknown>(Object.entries(stored));
  const names = Object.entries(STORED_FILE_NAMES);
  const described = names.map(([name, inColumn]) => [name, parts.get(inColumn) ?? null] as const);
  const url = fileUrl(app, String(parts.get(STORED_FILE_NAMES.id) ?? ''));
  return { ...Object.fromEntries(described), url };
}
