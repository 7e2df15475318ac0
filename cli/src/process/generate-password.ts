import { randomBytes } from 'node:crypto';

/** 144 bits, 24 characters that need no quoting anywhere. */
const PASSWORD_BYTES = 18;

export function generatePassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}
