import type { AppDocument, AppName, Composition, DocumentFault } from '@rocket/schema';
import type { CrossAppQuestion } from './cross-app-checks.ts';
import type { ReadOutcome } from './read-document.ts';

/** What the composing worker is asked: documents cross the thread, models are built on the other side. */
export type ComposeWork =
  | {
      readonly kind: 'compose';
      readonly home: AppName | null;
      readonly members: readonly { readonly app: AppName; readonly document: AppDocument }[];
    }
  /** As text: a copy of the value would lose the numbers that a double cannot hold. */
  | { readonly kind: 'read'; readonly app: AppName; readonly text: string }
  | { readonly kind: 'relate'; readonly question: Json<CrossAppQuestion> };

/** JSON of a value. Large values are handed over so: it is made and read in a third of the time that a copy takes. */
export interface Json<T> {
  readonly text: string;
  /** Never there: it tells the compiler what the text says. */
  readonly value?: T;
}

export function toJson<T>(value: T): Json<T> {
  return { text: JSON.stringify(value) };
}

export function fromJson<T>({ text }: Json<T>): T {
  return JSON.parse(text);
}

export type ComposeTask = ComposeWork & { readonly id: number };

/** What each kind of work comes to. */
export interface ComposeResults {
  readonly compose: Composition;
  readonly read: Json<ReadOutcome>;
  readonly relate: readonly DocumentFault[];
}

export type ComposeOutcome =
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'crashed'; readonly message: string };
