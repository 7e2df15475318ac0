import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parseJson, RocketError } from '@rocket/schema';
import { checkJsonDepth } from './json-depth.ts';

/**
 * Reads a body and parses it as JSON, numbers exactly; the media type is the caller's concern.
 * @throws RocketError `PAYLOAD_TOO_LARGE` as soon as the limit is passed, `BAD_REQUEST` for what is not UTF-8 JSON
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  return parseJsonBody(await readBody(request, maxBytes));
}

/** @throws RocketError `BAD_REQUEST` for what is not UTF-8 JSON, or nests too deeply */
export function parseJsonBody(bytes: Buffer): unknown {
  // Not a TextDecoder: making one costs more than decoding most bodies.
  if (!isUtf8(bytes)) throw new RocketError('BAD_REQUEST', 'The request body is not UTF-8');
  const text = bytes.toString('utf8');
  checkJsonDepth(text, 'The request body');
  try {
    return parseJson(text);
  } catch (cause) {
    throw new RocketError('BAD_REQUEST', 'The request body is not JSON', { cause });
  }
}

/** @throws RocketError `PAYLOAD_TOO_LARGE` as soon as the limit is passed, `BAD_REQUEST` for one that ends early */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = () =>
    new RocketError('PAYLOAD_TOO_LARGE', `The request body is larger than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // The rest is still read and dropped, so that the answer can be sent on the same connection.
    if (size > maxBytes) reject(tooLarge());
    else chunks.push(chunk);
  });
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', (cause) =>
    reject(new RocketError('BAD_REQUEST', 'The request ended early', { cause })),
  );
  request.on('close', () => {
    if (!request.complete) reject(new RocketError('BAD_REQUEST', 'The request ended early'));
  });
  return await promise;
}
