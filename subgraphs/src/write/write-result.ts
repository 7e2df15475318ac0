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

/**
 * Runs a step on each, so that the faults of all of them are reported together.
 * @param enough stops when there are as many errors
 * @throws WriteRefused
 */
export async function refuseTogether<T>(
  each: Iterable<T>,
  step: (one: T) => void | Promise<void>,
  enough = Number.POSITIVE_INFINITY,
): Promise<void> {
  const errors: UserError[] = [];
  for (const one of each) {
    try {
      await step(one);
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      errors.push(...error.errors);
      if (errors.length >= enough) break;
    }
  }
  if (errors.length > 0) throw new WriteRefused(errors);
}

/** The error for a record that does not exist, or that the caller may not know of. */
export function notFound(entity: string, id: string, path: readonly string[]): UserError {
  return {
    code: 'NOT_FOUND',
    message: `There is no ${entity} with id ${JSON.stringify(id)}`,
    path,
    rule: null,
  };
}
