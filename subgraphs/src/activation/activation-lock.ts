import type { Statement } from '@rocket/platform';

/** Any number that nothing else in an app's database locks. */
const ACTIVATION_LOCK = 7_262_016;

/** Whatever changes what an app's database is at, runs one after the other. */
export function lockActivation(): Statement {
  return { text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [ACTIVATION_LOCK] };
}
