import { RocketError } from '@rocket/schema';
import { decodeJwt, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

/**
 * The only algorithm, never the one that a token names: a token could name one that uses a public key as the secret.
 */
const ALGORITHM = 'HS256';
export const TOKEN_ISSUER = 'rocket';

export interface AccessTokenInput {
  readonly secret: string;
  readonly issuer: 'rocket';
  /** Name of the app, or `platform`. */
  readonly audience: string;
  /** The user's id. */
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly ttlSeconds: number;
}

/** Claims of a token that was verified. `exp` is in seconds. */
export interface VerifiedClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly exp: number;
  readonly [claim: string]: unknown;
}

/** Registered claims win over `claims` of the same name. */
export async function signAccessToken(input: AccessTokenInput): Promise<string> {
  return await new SignJWT({ ...input.claims })
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuer(input.issuer)
    .setAudience(input.audience)
    .setSubject(input.subject)
    .setIssuedAt()
    .setExpirationTime(`${input.ttlSeconds} seconds`)
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
      requiredClaims: ['exp', 'sub', 'aud', 'iss'],
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
  const { sub, exp, iss } = payload;
  if (typeof sub !== 'string' || typeof exp !== 'number' || typeof iss !== 'string') {
    throw new errors.JWTInvalid('a required claim has a wrong type');
  }
  return { ...payload, sub, exp, iss, aud: audience };
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
