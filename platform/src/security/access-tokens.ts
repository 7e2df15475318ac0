import { RocketError } from '@rocket/schema';
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

/**
 * The only algorithm, never the one that a token names: a token could name one that uses a public key as the secret.
 */
const ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'rocket';

/**
 * The longest that an access token lives. Short, since it carries the roles of its user, and changes of them are
 * noticed when it is renewed.
 */
export const ACCESS_TOKEN_TTL_SECONDS = 15 * 60;

const MS_PER_SECOND = 1_000;

export interface AccessTokenInput {
  readonly secret: string;
  readonly issuer: 'rocket';
  /** Name of the app, or `platform`. */
  readonly audience: string;
  /** The user's id. */
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly ttlSeconds: number;
  /**
   * Unix ms; now when left out. For a token that follows from credentials, the moment before they were checked: a
   * revocation then is after it, also where it happens between the check and the signature.
   */
  readonly issuedAtMs?: number;
}

/** Claims of a token that was verified. `exp` and `iat` are in seconds, `iat` with milliseconds as a fraction. */
export interface VerifiedClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly exp: number;
  readonly iat: number;
  readonly [claim: string]: unknown;
}

/** Registered claims win over `claims` of the same name. */
export async function signAccessToken(input: AccessTokenInput): Promise<string> {
  const issuedAt = (input.issuedAtMs ?? Date.now()) / MS_PER_SECOND;
  return await new SignJWT({ ...input.claims })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(input.issuer)
    .setAudience(input.audience)
    .setSubject(input.subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(Math.floor(issuedAt) + input.ttlSeconds)
    .sign(secretBytes(input.secret));
}

/** @throws RocketError `UNAUTHENTICATED` that says what is wrong with the token, without repeating any of it */
export async function verifyAccessToken(input: {
  token: string;
  secret: string;
  audience: string;
}): Promise<VerifiedClaims> {
  try {
    const { payload } = await jwtVerify(input.token, secretBytes(input.secret), {
      algorithms: [ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: input.audience,
      requiredClaims: ['exp', 'iat', 'sub', 'aud', 'iss'],
    });
    return verifiedClaims(payload, input.audience);
  } catch (cause) {
    throw new RocketError('UNAUTHENTICATED', describe(cause), { cause });
  }
}

/** The app that a token claims to be for, to find the secret that verifies it. Null when it cannot be read. */
export function readUnverifiedAudience(token: string): string | null {
  try {
    const { aud } = decodeJwt(token);
    return typeof aud === 'string' ? aud : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function verifiedClaims(payload: JWTPayload, audience: string): VerifiedClaims {
  const { sub, exp, iat, iss } = payload;
  if (
    typeof sub !== 'string' ||
    typeof exp !== 'number' ||
    typeof iat !== 'number' ||
    typeof iss !== 'string'
  ) {
    throw new errors.JWTInvalid('a required claim has a wrong type');
  }
  return { ...payload, sub, exp, iat, iss, aud: audience };
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The access token has a wrong signature';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'aud'
      ? 'The access token is for another audience'
      : `The access token has no valid claim ${error.claim}`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The access token is signed with another algorithm';
  return 'The access token is malformed';
}

function secretBytes(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}
