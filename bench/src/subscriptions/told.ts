/** What a subscriber is told, read from the text of a message without parsing all of it: some hundred thousand come. */

/** All subscriptions select these first, by which messages are read. */
export const FIRST_FIELDS = 'id at';
const WEB_SOCKET_MESSAGE =
  /^\{"id":"(\d+)","type":"next","payload":\{"data":\{"\w+":\{"id":"([^"]+)","at":"([^"]+)"/;
const STREAM_DATA = /^data: ?\{"data":\{"\w+":\{"id":"([^"]+)","at":"([^"]+)"/m;

export interface Told {
  readonly subscriber: number;
  /** Key of the record that has changed. */
  readonly id: string;
  /** When the transaction of the change began, in ISO 8601. */
  readonly at: string;
  readonly text: string;
}

/** Null for a message that tells no change. */
export function readMessage(text: string): Told | null {
  const [, subscriber, id, at] = WEB_SOCKET_MESSAGE.exec(text) ?? [];
  if (subscriber === undefined || id === undefined || at === undefined) return null;
  return { subscriber: Number(subscriber), id, at, text };
}

/** The same of a block of server-sent events. */
export function readEvent(subscriber: number, text: string): Told | null {
  const [, id, at] = STREAM_DATA.exec(text) ?? [];
  return id === undefined || at === undefined ? null : { subscriber, id, at, text };
}

/** The result in a message of a WebSocket. */
export function payloadOf({ text }: Told): string {
  const start = '"payload":';
  return text.slice(text.indexOf(start) + start.length, -1);
}

/** A result with another record and time in it. */
export function withChange(payload: string, { id, at }: Pick<Told, 'id' | 'at'>): string {
  return payload.replace(/"id":"[^"]+","at":"[^"]+"/, `"id":"${id}","at":"${at}"`);
}
