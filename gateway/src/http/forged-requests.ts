import type { IncomingHttpHeaders } from 'node:http';
import { RocketError } from '@rocket/schema';
import { UnsupportedMediaType } from './answer.ts';
import { mediaType } from './media-type.ts';

/** A page of another site cannot make a browser send these without asking first. Apollo Server's list. */
const TELLING_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];

/**
 * Apollo Server's rule against forged requests, for GET and HEAD. It is applied before anything is done for a request,
 * as not all of them reach Apollo Server. For POST the rule is its content type.
 * @throws RocketError `BAD_REQUEST` for a request that a page of another site can make a browser send,
 * UnsupportedMediaType
 */
export function checkNotForged(headers: IncomingHttpHeaders): void {
  const type = headers['content-type'];
  if (type !== undefined) {
    if (mediaType(type)?.essence === 'application/json') return;
    throw new UnsupportedMediaType('GET takes no content-type other than application/json');
  }
  if (TELLING_HEADERS.some((name) => (headers[name] ?? '') !== '')) return;
  throw new RocketError(
    'BAD_REQUEST',
    `GET needs a header that other pages cannot make a browser send: ${TELLING_HEADERS.join(', ')} or content-type: application/json`,
  );
}
