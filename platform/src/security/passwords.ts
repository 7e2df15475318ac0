import { hash, verify } from '@node-rs/argon2';
import { RocketError } from '@rocket/schema';

const MIN_PASSWORD_CHARS = 8;
/** Hashing takes time in the length of its input; nobody types more than this. */
const MAX_PASSWORD_CHARS = 1_024;

/** OWASP's minimum for argon2id, the library's default algorithm. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * Hash of a random password that nobody knows, made with {@link COST}: verifying against it takes as long as a real
 * check.
 */
export const DUMMY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$78i0dcvzvAuXVJHR+QeDaQ$py1ldnoee/mWIB7zSpIaM9anRTMIbcXXOLFe47BWGFE';

export async function hashPassword(password: string): Promise<string> {
  return await hash(password, COST);
}

export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  // No such password was ever accepted, so it is refused without the cost of hashing.
  if (password.length > MAX_PASSWORD_CHARS) return false;
  return await verify(passwordHash, password);
}

/** For a login with an unknown e-mail: takes as long as a wrong password, so that timing does not distinguish them. */
export async function dummyVerify(password: string): Promise<false> {
  await verifyPassword(DUMMY_HASH, password);
  return false;
}

/** @throws RocketError `VALIDATION_FAILED` */
export function checkPasswordPolicy(password: string): void {
  const length = [...password].length;
  if (length < MIN_PASSWORD_CHARS) {
    throw new RocketError('VALIDATION_FAILED', `A password needs at least ${MIN_PASSWORD_CHARS} characters`);
  }
  if (password.length > MAX_PASSWORD_CHARS) {
    throw new RocketError('VALIDATION_FAILED', `A password has at most ${MAX_PASSWORD_CHARS} characters`);
  }
}
