/**
 * The cursor of a change: where its subscriber can go on. It is signed, so that nobody makes one, and bound to what was
 * subscribed to by whom, as the place alone would show another caller, or another filter, a stream with holes.
 */
import { createHash } from 'node:crypto';
import { createTextSigner, type TextSigner } from '@rocket/platform';
import { type AppName, canonicalJson, RocketError } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { StreamPlace } from '../changes/change-feed.ts';
import { type Identity, userOf } from '../identity/identity.ts';

const KIND = 'rocket change cursor 1';
const MAX_CURSOR_CHARS = 2_048;
const BINDING_CHARS = 22;
/** A signed text: two parts in base64url. */
const FORM = /^[\w-]+\.[\w-]+$/;

/** Where a subscription goes on. */
export interface ResumePoint {
  /** Changes behind it are still to come. */
  readonly place: StreamPlace;
  /** Within a snapshot: rows behind this cursor of the list are still to come before the changes. */
  readonly row: string | null;
}

/** What a cursor is good for. */
export interface CursorScope {
  readonly app: AppName;
  readonly entity: string;
  /** The arguments that decide which changes come, in a fixed order. */
  readonly arguments: readonly unknown[];
  readonly identity: Identity;
}

/** The cursors of one subscription. */
export interface CursorMaker {
  encode(point: ResumePoint): string;
  /** @throws RocketError `BAD_CURSOR` for what is none; `FORBIDDEN` for one of others, and one that somebody made */
  read(cursor: string): ResumePoint;
}

export interface ChangeCursors {
  of(scope: CursorScope): CursorMaker;
}

const Wire = z.tuple([z.int().nonnegative(), z.string().nullable(), z.string().nullable(), z.string()]);

/** Subscriptions of one user to the same have the same cursors. */
const MAX_KEPT_MAKERS = 10_000;

/** @param internalKey the secret that all processes of the platform share */
export function createChangeCursors(internalKey: string): ChangeCursors {
  const signer = createTextSigner(internalKey, KIND);
  const makers = new LRUCache<string, CursorMaker>({ max: MAX_KEPT_MAKERS });
  return {
    of(scope) {
      const binding = bindingOf(scope);
      const maker = makers.get(binding) ?? cursorMaker(signer, binding);
      makers.set(binding, maker);
      return maker;
    },
  };
}

function cursorMaker(signer: TextSigner, binding: string): CursorMaker {
  /** Signing takes longer than all else that is done for one of many subscribers to a change. */
  let last: { readonly point: ResumePoint; readonly cursor: string } | null = null;
  return {
    encode(point) {
      if (last?.point === point) return last.cursor;
      const { place, row } = point;
      const cursor = signer.sign(JSON.stringify([place.position, place.id, row, binding]));
      last = { point, cursor };
      return cursor;
    },
    read(cursor) {
      if (cursor.length > MAX_CURSOR_CHARS || !FORM.test(cursor)) {
        throw new RocketError('BAD_CURSOR', 'after is no cursor of a change');
      }
      const text = signer.open(cursor);
      if (text === null) throw new RocketError('FORBIDDEN', 'The cursor was not made by this platform');
      const [position, id, row, boundTo] = Wire.parse(JSON.parse(text));
      if (boundTo !== binding) {
        throw new RocketError(
          'FORBIDDEN',
          'The cursor belongs to another subscription: it goes with the same field, id, where, operations, and user',
        );
      }
      return { place: { position, id }, row };
    },
  };
}

function bindingOf({ app, entity, arguments: given, identity }: CursorScope): string {
  // Fields of `where` come in the order of the document, which may be another one later.
  const text = canonicalJson([app, entity, given, userOf(identity)]);
  return createHash('sha256').update(text).digest('base64url').slice(0, BINDING_CHARS);
}
