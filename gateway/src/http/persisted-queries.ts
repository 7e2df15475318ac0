/**
 * Automatic persisted queries, as Apollo's clients use them: a request brings the SHA-256 of its document instead of the
 * text. This stage puts the text in its place, before the limits, so that all later stages see an ordinary request. A
 * hash that is unknown is refused; the client then sends both, and the text is kept.
 */
import { hash } from 'node:crypto';
import { RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { boundedDocument } from '../documents/bounded-document.ts';
import type { GraphqlRequest, Persisted } from './graphql-request.ts';

/** Characters of text, with their hashes, that one gateway keeps. */
const MAX_KEPT_CHARS = 8 * 1024 * 1024;
/** A longer text is executed but not kept, as a few of them would push out all others. */
const MAX_TEXT_CHARS = 64 * 1024;
const VERSION = 1;
const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Texts by the hexadecimal SHA-256 of their UTF-8, for all gateways. */
export interface QueryStore {
  /** Null when it is not there, and when the store does not answer: a client then sends the text. Never rejects. */
  get(hash: string): Promise<string | null>;
  /** Returns at once; what is not stored is asked for again. */
  set(hash: string, text: string): void;
}

/**
 * Gives the request with its text. A request that does not name a hash is returned as it is.
 * @throws RocketError `PERSISTED_QUERY_NOT_FOUND`, `PERSISTED_QUERY_NOT_SUPPORTED` for another version of the protocol,
 * `BAD_REQUEST` for a text that does not have the hash
 */
export type PersistedQueries = (request: GraphqlRequest) => Promise<GraphqlRequest>;

const Extension = z.object({ version: z.unknown().optional(), sha256Hash: z.unknown().optional() });

/** @param shared where gateways leave texts for each other; null when there is no such place */
export function createPersistedQueries(shared: QueryStore | null): PersistedQueries {
  const own = new LRUCache<string, string>({
    maxSize: MAX_KEPT_CHARS,
    sizeCalculation: (text, key) => text.length + key.length,
  });

  async function find(sha: string): Promise<string> {
    const kept = own.get(sha);
    if (kept !== undefined) return kept;
    // Only what can be a hash is asked for: other texts of any length would be keys of the store.
    const found = shared !== null && SHA256_HEX.test(sha) ? await shared.get(sha) : null;
    // Who can write to the store must not choose what other callers execute.
    if (found === null || sha256(found) !== sha) throw new RocketError('PERSISTED_QUERY_NOT_FOUND');
    own.set(sha, found);
    return found;
  }

  function keep(sha: string, text: string): void {
    if (own.get(sha) !== text) {
      if (sha256(text) !== sha) throw new RocketError('BAD_REQUEST', 'provided sha does not match query');
      if (!isWorthKeeping(text)) return;
      own.set(sha, text);
    }
    // A client that sends the text has met a gateway that did not find it in the store.
    shared?.set(sha, text);
  }

  return async (request) => {
    const { persisted } = request;
    if (persisted === null) return request;
    const sha = shaOf(persisted);
    if (persisted.text === null) return request.withText(await find(sha));
    keep(sha, persisted.text);
    return request.withText(persisted.text);
  };
}

function shaOf({ extension }: Persisted): string {
  const { data } = Extension.safeParse(extension);
  if (data === undefined)
    throw new RocketError('BAD_REQUEST', 'The extension persistedQuery must be an object');
  if (data.version !== VERSION) throw new RocketError('PERSISTED_QUERY_NOT_SUPPORTED');
  if (typeof data.sha256Hash === 'string') return data.sha256Hash;
  throw new RocketError('BAD_REQUEST', 'The extension persistedQuery needs a sha256Hash');
}

/**
 * Later stages refuse what is not. A text with half of a surrogate pair has the hash of another one.
 * @throws RocketError `GRAPHQL_PARSE_FAILED` for a document that nests too deeply to be parsed
 */
function isWorthKeeping(text: string): boolean {
  return text.length <= MAX_TEXT_CHARS && text.isWellFormed() && boundedDocument(text).kind === 'document';
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
