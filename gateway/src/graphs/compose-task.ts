import type { AppDocument, AppName, Composition } from '@rocket/schema';

/** What the composing worker is asked: documents cross the thread, models are built on the other side. */
export interface ComposeTask {
  readonly id: number;
  readonly home: AppName | null;
  readonly members: readonly { readonly app: AppName; readonly document: AppDocument }[];
}

export type ComposeOutcome =
  | { readonly id: number; readonly kind: 'composed'; readonly composition: Composition }
  | { readonly id: number; readonly kind: 'crashed'; readonly message: string };
