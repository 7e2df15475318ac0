/** What of an error goes into the log. */

const MAX_CAUSES = 5;

/**
 * Its type, message, code, stack and causes. Not its other properties, which a serializer would copy by default: errors
 * of `pg` hold the whole connection with its password and the values of the failed statement in `detail`.
 */
export function errorFields(error: unknown): unknown {
  return fieldsOf(error, MAX_CAUSES);
}

function fieldsOf(error: unknown, causesLeft: number): unknown {
  if (!(error instanceof Error)) return error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined || causesLeft === 0
      ? {}
      : { cause: fieldsOf(error.cause, causesLeft - 1) }),
  };
}
