import type { UserError } from '@rocket/schema';

/** The result of a write: the record's key, or what is wrong with the input. */
export type WriteResult =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly errors: readonly UserError[] };

/** Ends a write with errors for its caller; thrown, so that the transaction is rolled back. */
export class WriteRefused extends Error {
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map(({ message }) => message).join('; '));
    this.name = 'WriteRefused';
    this.errors = errors;
  }
}

/** @throws WriteRefused */
export function refuse(error: UserError): never {
  throw new WriteRefused([error]);
}

/** The error for a record that does not exist, or that the caller may not know of. */
export function notFound(entity: string, id: string): UserError {
  return {
    code: 'NOT_FOUND',
    message: `There is no ${entity} with id ${JSON.stringify(id)}`,
    path: ['id'],
    rule: null,
  };
}
