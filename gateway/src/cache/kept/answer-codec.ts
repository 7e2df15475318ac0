/**
 * Kept answers as bytes, for the cache that gateways share: the length of the head, the head as JSON, the tags as
 * numbers, the body.
 */
import { appName, epoch, lsn, revision } from '@rocket/schema';
import { z } from 'zod';
import type { KeptAnswer } from './kept-answer.ts';

const LENGTH_BYTES = 4;
const TAG_BYTES = 8;

const Head = z.object({
  contentType: z.string(),
  keptAtMs: z.number(),
  expiresAtMs: z.number(),
  stamp: z.object({ position: z.number(), message: z.number() }),
  apps: z.array(
    z.object({
      app: z.string().transform(appName),
      epoch: z.number().transform(epoch),
      revision: z.number().transform(revision),
      lsn: z.string().transform(lsn).nullable(),
      history: z.string().nullable(),
    }),
  ),
  tags: z.int().nonnegative(),
});

export function encodeAnswer({ body, tags, checkedTo: _here, ...head }: KeptAnswer): Buffer {
  const text = Buffer.from(JSON.stringify({ ...head, tags: tags.length }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, new Uint8Array(tags.buffer, tags.byteOffset, tags.byteLength), body]);
}

/** Null for what is not of this form, such as what another version of the product has kept. */
export function decodeAnswer(bytes: Buffer): KeptAnswer | null {
  if (bytes.length < LENGTH_BYTES) return null;
  const tagsAt = LENGTH_BYTES + bytes.readUInt32BE(0);
  const head = readHead(bytes.toString('utf8', LENGTH_BYTES, tagsAt));
  if (head === null) return null;
  const bodyAt = tagsAt + head.tags * TAG_BYTES;
  if (bodyAt > bytes.length) return null;
  const tags = new Float64Array(new Uint8Array(bytes.subarray(tagsAt, bodyAt)).buffer);
  return { ...head, tags, checkedTo: 0, body: bytes.subarray(bodyAt) };
}

function readHead(text: string): z.infer<typeof Head> | null {
  try {
    return Head.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    // Ids of a wrong form throw errors of their own.
    if (error instanceof Error) return null;
    throw error;
  }
}
