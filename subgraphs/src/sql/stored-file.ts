/** The description of a file that a record keeps: a copy in its column, which names the parts as Rocket did. */

/** Names in the column, by the names of the API. They are those of the columns of the table of files too. */
export const STORED_FILE_NAMES = {
  id: 'id',
  filename: 'filename',
  size: 'size',
  mimeType: 'mime_type',
} as const;

/** SQL of the description, as jsonb, in a query on the table of files under this alias. */
export function describedFileSql(alias: string): string {
  const parts = Object.values(STORED_FILE_NAMES).map((name) => `'${name}', ${alias}.${name}`);
  return `jsonb_build_object(${parts.join(', ')})`;
}
