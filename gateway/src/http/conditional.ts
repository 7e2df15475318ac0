/** What HTTP says of an answer's freshness: to those who keep it on the way, and from those who have kept it. */
import { hash } from 'node:crypto';
import type { HttpAnswer } from '@rocket/platform';

/** Base64url characters of the hash: 132 bits of it. */
const ETAG_CHARS = 22;
/** A list of entity tags; RFC 9110 lets senders leave elements empty. */
const TAGS = /^[ \t,]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))*$/;
const OPAQUE_TAG = /"[^"]*"/g;
const KEPT_BY_304 = new Set(['etag', 'cache-control', 'vary', 'age']);
/** What an answer depends on besides its address. */
const VARY = 'Authorization, Accept, X-Rocket-Consistency';

/** A strong entity tag: equal tags mean equal bytes. */
export function etagOf(bytes: string | Uint8Array): string {
  return `"${hash('sha256', bytes, 'base64url').slice(0, ETAG_CHARS)}"`;
}

/**
 * Whether a caller has what they would get, by their If-None-Match. A weak tag counts as well: proxies that compress
 * answers make ours weak. False for a header that is malformed, so that the caller gets the answer.
 */
export function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return TAGS.test(ifNoneMatch) && [...ifNoneMatch.matchAll(OPAQUE_TAG)].some(([tag]) => tag === etag);
}

/** An answer, or a 304 without a body when the caller has it; only a GET or HEAD can have one. */
export function unlessFresh(
  answer: HttpAnswer,
  { method, ifNoneMatch }: { readonly method: string; readonly ifNoneMatch: string | undefined },
): HttpAnswer {
  const etag = answer.headers['etag'];
  if (answer.status !== 200 || etag === undefined || !isRead(method) || !isFresh(ifNoneMatch, etag)) {
    return answer;
  }
  const kept = Object.entries(answer.headers).filter(
    ([name]) => KEPT_BY_304.has(name) || name.startsWith('x-rocket-'),
  );
  return { status: 304, headers: Object.fromEntries(kept), body: '' };
}

/** An answer, as far as it matters to who may keep it. */
export interface Cacheability {
  readonly method: string;
  /** Whether the caller sent no token. */
  readonly anonymous: boolean;
  /** What the documents say of everything that the answer holds; public is what every anonymous caller may have. */
  readonly policy: 'public' | 'private';
  /** For how long the documents allow an answer to be out of date; null when they allow it for no time. */
  readonly ttlSeconds: number | null;
  /** How long ago the answer was made; null for one that was made for this request. */
  readonly ageSeconds: number | null;
  /** Whether the gateway keeps the answer, and so can tell when it is no longer right. */
  readonly kept: boolean;
}

/**
 * The headers that tell caches what they may do. A browser may keep what the gateway keeps, but asks each time, and gets
 * a 304. Others may keep only what is the same for all, for as long as the documents allow.
 */
export function cacheHeaders(answer: Cacheability): Readonly<Record<string, string>> {
  const { method, kept, ageSeconds } = answer;
  const age = ageSeconds === null ? {} : { age: String(Math.max(0, Math.floor(ageSeconds))) };
  if (!isRead(method) || !kept) return { 'cache-control': 'no-store', ...age };
  return { 'cache-control': cacheControl(answer), vary: VARY, ...age };
}

function cacheControl({ policy, anonymous, ttlSeconds }: Cacheability): string {
  if (policy !== 'public' || !anonymous) return 'private, no-cache';
  if (ttlSeconds === null || ttlSeconds < 1) return 'public, max-age=0, no-cache';
  return `public, max-age=${Math.floor(ttlSeconds)}`;
}

/** Whether a caller's Cache-Control asks for an answer that was not kept. */
export function wantsFresh(cacheControl: string | undefined): boolean {
  return (cacheControl ?? '').split(',').some((directive) => {
    const [name = '', value = ''] = directive.split('=').map((part) => part.trim().toLowerCase());
    if (name === 'max-age') return Number(value.replaceAll('"', '')) <= 0;
    return name === 'no-cache' || name === 'no-store';
  });
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
