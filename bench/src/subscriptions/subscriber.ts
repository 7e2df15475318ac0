/** What both kinds of connections of subscribers have in common. */
import type { Told } from './told.ts';

/** A server that tells changes: the product's gateway, or what it is compared with. */
export interface ChangeServer {
  /** Of WebSockets and streams, with `http:`. */
  readonly url: string;
  readonly authorization: string;
}

export interface Subscription {
  /** A number of its own among those that are told to one listener. */
  readonly subscriber: number;
  /** JSON of the request. */
  readonly body: string;
}

export interface SubscriberListener {
  readonly onTold: (told: Told) => void;
  /** Something came, or ended, that should not have. */
  readonly onFailure: (reason: string) => void;
}

export interface OpenConnection {
  close(): Promise<void>;
}

/** Of a text in the reason of a failure. */
export const EXCERPT = 300;
