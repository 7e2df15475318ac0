import type { IncomingMessage } from 'node:http';
import { parseJsonBody, readBody } from '@rocket/platform';
import { UnsupportedMediaType } from './answer.ts';
import { mediaType } from './media-type.ts';

/**
 * Reads the JSON body of a request from outside.
 * @throws UnsupportedMediaType, RocketError `PAYLOAD_TOO_LARGE`, `BAD_REQUEST` for what is not UTF-8 JSON
 */
export async function readPublicBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  return parseJsonBody(await receivePublicBody(request, maxBytes));
}

/**
 * Receives such a body without reading it.
 * @throws UnsupportedMediaType, RocketError `PAYLOAD_TOO_LARGE`
 */
export async function receivePublicBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  checkMediaType(request);
  return await readBody(request, maxBytes);
}

const JSON_TYPE = 'application/json';

/** Accepts only JSON: a type that a form on another site can send would allow cross-site requests. */
function checkMediaType({ headers }: IncomingMessage): void {
  // What nearly every client sends; parsing a media type costs more than reading most bodies.
  if (headers['content-type'] === JSON_TYPE && headers['content-encoding'] === undefined) return;
  const type = mediaType(headers['content-type']);
  if (type?.essence !== JSON_TYPE) {
    throw new UnsupportedMediaType('The request needs content-type application/json');
  }
  const charset = type.params.get('charset')?.toLowerCase() ?? 'utf-8';
  if (charset !== 'utf-8' && charset !== 'utf8') {
    throw new UnsupportedMediaType('The request body has to be UTF-8');
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new UnsupportedMediaType('Compressed request bodies are not accepted');
  }
}
