/** What a subscriber is told, read from the beginning of a message: hundreds of thousands come. */

/** All subscriptions select these first, so that they are among the first bytes. */
export const FIRST_FIELDS = 'id at';
const FIRST_BYTES = 256;

const WEB_SOCKET_MESSAGE =
  /^\{"id":"(\d+)","type":"next","payload":\{"data":\{"\w+":\{"id":"([^"]+)","at":"([^"]+)"/;
const STREAM_DATA = /^data: ?\{"data":\{"\w+":\{"id":"([^"]+)","at":"([^"]+)"/m;

export interface Told {
  readonly subscriber: number;
  /** Key of the record that has changed. */
  readonly id: string;
  /** When the transaction of the change began, in ISO 8601. */
  readonly at: string;
  /** All of it, as it came. */
  readonly message: Buffer | string;
}

/** Null for a message that tells no change. */
export function readMessage(message: Buffer): Told | null {
  const [, subscriber, id, at] = WEB_SOCKET_MESSAGE.exec(message.toString('latin1', 0, FIRST_BYTES)) ?? [];
  if (subscriber === undefined || id === undefined || at === undefined) return null;
  return { subscriber: Number(subscriber), id, at, message };
}

/** The same of a block of server-sent events. */
export function readEvent(subscriber: number, block: string): Told | null {
  const [, id, at] = STREAM_DATA.exec(block) ?? [];
  return id === undefined || at === undefined ? null : { subscriber, id, at, message: block };
}

/** The result in a message of a WebSocket. */
export function resultOf({ message }: Told): string {
  const start = '"payload":';
  const text = String(message);
  return text.slice(text.indexOf(start) + start.length, -1);
}

/** A result with another record and time in it. */
export function withChange(result: string, { id, at }: Pick<Told, 'id' | 'at'>): string {
  return result.replace(/"id":"[^"]+","at":"[^"]+"/, `"id":"${id}","at":"${at}"`);
}
