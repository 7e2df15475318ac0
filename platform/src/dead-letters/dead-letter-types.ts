/** Messages of the event stream that a consumer has given up, as the rest of the product sees them. */
import type { AppName } from '@rocket/schema';

/** Letters that are kept. One more is refused, see {@link DeadLetters.add}. */
export const MAX_DEAD_LETTERS = 100_000;
/** Letters of one page, at most. */
export const MAX_LETTERS_PER_PAGE = 1_000;

export interface NewDeadLetter {
  /** Whose work it was. */
  readonly consumer: string;
  /** Null when the message is of no app. */
  readonly app: AppName | null;
  /** Null when it was published by something else than the event bus. */
  readonly messageId: string | null;
  readonly subject: string;
  readonly payload: string;
  /** On the stream. */
  readonly position: number;
  /** What the consumer failed with, of which the first 4 kB are kept. */
  readonly cause: string;
}

export interface DeadLetter extends Omit<NewDeadLetter, 'messageId'> {
  /** A whole number as text; a later letter has a higher one. */
  readonly id: string;
  /** By the clock of the catalog's database. */
  readonly diedAt: Date;
}

/** A letter without its payload, which may be a megabyte. */
export type DeadLetterHead = Omit<DeadLetter, 'payload'>;

/** Letters that have all of it; null stands for any. */
export interface DeadLetterFilter {
  readonly consumer: string | null;
  readonly app: AppName | null;
}

export interface DeadLetterPage {
  /** `oldest` is the order in which the messages are to be handled again. */
  readonly first: 'newest' | 'oldest';
  /** The last id of the former page; null begins. */
  readonly after: string | null;
  /** At most {@link MAX_LETTERS_PER_PAGE}. */
  readonly limit: number;
}

export interface DeadLetters {
  /**
   * Keeps a message. One that is kept for the consumer already stays as it is, by the message's id, or by its subject
   * and position where it has none.
   *
   * The number of letters is bounded, and the oldest do not make room for new ones: each stands for work of an app that
   * was not done, which only a person can decide to forget. So one more is refused. Its message then stays on the stream
   * and comes back to the consumer until there is room, or the stream does not keep it any more.
   * @throws RocketError `NOT_READY` when {@link MAX_DEAD_LETTERS} are kept
   */
  add(letter: NewDeadLetter): Promise<void>;
  list(filter: DeadLetterFilter, page: DeadLetterPage): Promise<readonly DeadLetterHead[]>;
  /** Null when there is none, any more or at all. */
  get(id: string): Promise<DeadLetter | null>;
  count(filter: DeadLetterFilter): Promise<number>;
  /** Forgets letters; those that are gone are no error. Returns how many there were. */
  drop(ids: readonly string[]): Promise<number>;
  /** Forgets all letters of a filter. Returns how many there were. */
  dropAll(filter: DeadLetterFilter): Promise<number>;
}
