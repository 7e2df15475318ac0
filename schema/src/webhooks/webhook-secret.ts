/** The secret that the requests to an endpoint are signed with: that of Standard Webhooks. */

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/** What is wrong with a secret; null when nothing is. */
export function webhookSecretProblem(secret: string): string | null {
  const key = secret.slice(PREFIX.length);
  const form = `A secret is ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes`;
  if (!secret.startsWith(PREFIX) || !BASE64.test(key) || key.length % 4 !== 0) return form;
  const bytes = Buffer.from(key, 'base64').length;
  return bytes < MIN_BYTES || bytes > MAX_BYTES ? form : null;
}

/** @param key 24 to 64 bytes that nobody can guess */
export function webhookSecret(key: Uint8Array): string {
  return `${PREFIX}${Buffer.from(key).toString('base64')}`;
}
