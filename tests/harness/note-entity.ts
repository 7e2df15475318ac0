interface Field {
  readonly name: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/** The entity `note` of a document: a generated key, and the fields that a test needs. */
export function noteEntity(...fields: readonly Field[]) {
  return {
    name: 'note',
    table: 'notes',
    primary_key: { field: 'id', type: 'uuid', generated: true },
    fields: [{ name: 'id', type: 'uuid', required: true }, ...fields],
  };
}
