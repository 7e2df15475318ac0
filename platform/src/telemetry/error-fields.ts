/** What of an error goes into the log. */
import { suppressedBy } from '../lifecycle/clean-up.ts';

/** Of causes and of errors that came together; an error may be its own cause in the end. */
const MAX_DEPTH = 5;
/** Of errors that came together. */
const MAX_ERRORS = 10;

/**
 * Its type, message, code, stack, causes, the errors that it stands for, and what cleaning up after it failed with. Not its
 * other properties, which a serializer would copy by default: errors of `pg` hold the whole connection with its password
 * and the values of the failed statement in `detail`.
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
