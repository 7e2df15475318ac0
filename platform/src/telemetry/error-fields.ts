/** Decides which properties of an error are logged. */
import { suppressedBy } from '../lifecycle/clean-up.ts';

/** Most levels of causes and of aggregated errors; there may be a cycle of causes. */
const MAX_DEPTH = 5;
/** Most errors of one aggregate. */
const MAX_ERRORS = 10;

/**
 * An error's type, message, code, stack, causes, aggregated errors, and the errors of cleaning up after it. Not its
 * other properties, which a serializer would copy by default: errors of `pg` hold the whole connection with its
 * password and the values of the failed statement in `detail`.
 */
export function errorFields(error: unknown): unknown {
  return fieldsOf(error, MAX_DEPTH);
}

function fieldsOf(error: unknown, depthLeft: number): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = 'code' in error ? error.code : undefined;
  const several = (errors: readonly unknown[]) =>
    errors.slice(0, MAX_ERRORS).map((each) => fieldsOf(each, depthLeft - 1));
  const failures = suppressedBy(error);
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(depthLeft === 0
      ? {}
      : {
          ...(error.cause === undefined ? {} : { cause: fieldsOf(error.cause, depthLeft - 1) }),
          ...(error instanceof AggregateError ? { errors: several(error.errors) } : {}),
          ...(failures.length === 0 ? {} : { suppressed: several(failures) }),
        }),
  };
}
