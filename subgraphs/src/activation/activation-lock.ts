import type { Statement } from '@rocket/platform';

/** Key of the advisory lock; any number that nothing else in an app's database uses. */
const ACTIVATION_LOCK = 7_262_016;

/** Locks so that all that changes the revision of an app's database runs one at a time. */
export function lockActivation(): Statement {
  return { text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [ACTIVATION_LOCK] };
}
