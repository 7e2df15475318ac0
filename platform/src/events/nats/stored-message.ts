import type { Msg, StoredMsg } from 'nats';
import type { StreamMessage } from '../event-bus.ts';
import { nullIfMissing } from './nats-errors.ts';
import type { NatsSession } from './nats-link.ts';
import { STREAM } from './stream/stream-settings.ts';

/** By which the server knows a message that it has stored before. */
export const ID_HEADER = 'Nats-Msg-Id';
const NANOS_PER_MS = 1e6;

/** What a consumer tells of a message in the subject to which acknowledgements go. */
interface DeliveryInfo {
  /** 1 at the first time. */
  readonly tries: number;
  readonly position: number;
  /** Count of all messages that the consumer has given out. */
  readonly sequence: number;
  readonly storedAtMs: number;
}

/** Servers put a domain and an account before the stream's name when they send that form. */
const REPLY = /^\$JS\.ACK\.(?:[^.]+\.[^.]+\.)?[^.]+\.[^.]+\.(\d+)\.(\d+)\.(\d+)\.(\d+)\.\d+(?:\.[^.]+)?$/;

/** Null for what is no message of a consumer. */
export function deliveryInfo(reply: string | undefined): DeliveryInfo | null {
  const parts = REPLY.exec(reply ?? '');
  if (parts === null) return null;
  const [tries, position, sequence, nanos] = parts.slice(1).map(Number);
  return {
    tries: tries ?? 1,
    position: position ?? 0,
    sequence: sequence ?? 0,
    storedAtMs: Math.floor((nanos ?? 0) / NANOS_PER_MS),
  };
}

export function deliveredMessage(message: Msg, info: DeliveryInfo): StreamMessage {
  return {
    subject: message.subject,
    payload: message.string(),
    id: message.headers?.get(ID_HEADER) || null,
    position: info.position,
    storedAtMs: info.storedAtMs,
  };
}

/** Read from the leader of the stream: replicas may not have the newest. */
export async function readMessage(
  session: NatsSession,
  which: { readonly seq: number } | { readonly last_by_subj: string },
): Promise<StreamMessage | null> {
  const stored = await nullIfMissing('message', session.manager.streams.getMessage(STREAM, which));
  return stored === null ? null : storedMessage(stored);
}

function storedMessage(stored: StoredMsg): StreamMessage {
  return {
    subject: stored.subject,
    payload: stored.string(),
    id: stored.header.get(ID_HEADER) || null,
    position: stored.seq,
    storedAtMs: stored.time.getTime(),
  };
}
