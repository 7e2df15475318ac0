import type { AppDocument, AppName, Composition, DocumentFault } from '@rocket/schema';
import type { CrossAppQuestion } from './cross-app-checks.ts';
import type { ReadOutcome } from './read-document.ts';

/** Tasks of the composing worker: documents are sent to the thread, which builds the models. */
export type ComposeWork =
  | {
      readonly kind: 'compose';
      readonly home: AppName | null;
      readonly members: readonly { readonly app: AppName; readonly document: AppDocument }[];
    }
  /** As text: a copy of the value would lose the numbers that a double cannot hold. */
  | { readonly kind: 'read'; readonly app: AppName; readonly text: string }
  | { readonly kind: 'relate'; readonly question: Json<CrossAppQuestion> };

/** JSON of a value. Large values are transferred as JSON, which takes a third of the time of a structured copy. */
export interface Json<T> {
  readonly text: string;
  /** Never set: it only carries the type of the value. */
  readonly value?: T;
}

export function toJson<T>(value: T): Json<T> {
  return { text: JSON.stringify(value) };
}

export function fromJson<T>({ text }: Json<T>): T {
  return JSON.parse(text);
}

export type ComposeTask = ComposeWork & { readonly id: number };

/** Result of each kind of work. */
export interface ComposeResults {
  readonly compose: Composition;
  readonly read: Json<ReadOutcome>;
  readonly relate: readonly DocumentFault[];
}

export type ComposeOutcome =
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  | { readonly id: number; readonly kind: 'crashed'; readonly message: string };
