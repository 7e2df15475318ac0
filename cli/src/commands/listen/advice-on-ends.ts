import { type ErrorCode, RocketError } from '@rocket/schema';

/** The error with what the user can do about it, where this command knows more than the server. */
export function advised(error: unknown, cursor: string | null): unknown {
  if (!(error instanceof RocketError)) return error;
  const hint = adviceOn(error.code, cursor);
  if (hint === null) return error;
  const { code, message, details } = error;
  return new RocketError(code, message, { cause: error, details: { ...details, hint } });
}

function adviceOn(code: ErrorCode, cursor: string | null): string | null {
  switch (code) {
    case 'RESYNC_REQUIRED':
      return '--snapshot begins with the records as they are now; without --after it begins with what comes next';
    case 'SCHEMA_CHANGED':
      return 'start it again: it takes the entity as it is now';
    case 'BAD_CURSOR':
      return '--after takes the cursor of a change, as --json prints it';
    case 'FORBIDDEN':
      return cursor === null
        ? null
        : 'a cursor is valid with the --id, --where, --operations and user that it was given for';
    default:
      return null;
  }
}
