import { RocketError } from '@rocket/schema';

const MAX_EMAIL_CHARS = 254;
/** Not a grammar of addresses: only a check against typing errors. `admin@localhost` is valid. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** The form in which e-mails are stored and compared: trimmed and in lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** @throws RocketError `VALIDATION_FAILED` unless it looks like an address; returns its normal form */
export function checkEmail(email: string): string {
  const normal = normalizeEmail(email);
  if (normal.length <= MAX_EMAIL_CHARS && EMAIL.test(normal)) return normal;
  throw new RocketError('VALIDATION_FAILED', `${JSON.stringify(email)} is not an e-mail address`);
}
