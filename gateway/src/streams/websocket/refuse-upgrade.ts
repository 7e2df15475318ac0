import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorAnswer } from '../../http/answer.ts';

/** How long the answer may take to be sent. */
const SEND_MS = 2_000;

/** Answers a request to upgrade its connection with an error, as other requests are answered, and closes the connection. */
export function refuseUpgrade(socket: Duplex, error: unknown, requestId: string | null): void {
  const { status, headers, body } = errorAnswer(error);
  const lines = Object.entries({
    ...headers,
    ...(requestId === null ? {} : { 'x-request-id': requestId }),
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', String(body)].join('\r\n'));
  // What the caller still sends is dropped; else the end of their side would not be noticed.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), SEND_MS);
  socket.once('close', () => clearTimeout(cut));
}
