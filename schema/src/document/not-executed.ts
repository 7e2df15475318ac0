import type { AppDocument } from './types.ts';
import type { WebhookDefinition } from './webhook-definition.ts';

/**
 * Sections with items that are checked, stored and exported, but not executed yet, and what that means. This is the only
 * list of them: warnings, the admin API and the command use it. Remove a section from it once it is executed.
 */
const NOT_EXECUTED = {
  webhooks: 'this version calls no webhook after a write',
} as const satisfies Partial<Record<keyof AppDocument, string>>;

type Section = keyof typeof NOT_EXECUTED;

export interface NotExecuted {
  readonly section: Section;
  /** Items that would do something and do not; those that are switched off are not counted. */
  readonly count: number;
  /** What that means, as the end of a sentence. */
  readonly consequence: string;
}

const SECTIONS: readonly Section[] = ['webhooks'];

/** What of a document is stored only: the sections that hold any such item. */
export function notExecuted(document: Pick<AppDocument, Section>): readonly NotExecuted[] {
  const counts: Readonly<Record<Section, number>> = {
    webhooks: document.webhooks.filter((webhook) => isActive(webhook) && !isAsked(webhook)).length,
  };
  return SECTIONS.map((section) => ({
    section,
    count: counts[section],
    consequence: NOT_EXECUTED[section],
  })).filter(({ count }) => count > 0);
}

function isActive({ active }: { readonly active?: boolean }): boolean {
  return active !== false;
}

/** Webhooks that may refuse a write are executed. */
function isAsked({ hook }: WebhookDefinition): boolean {
  return hook === 'before_write' || hook === 'before_delete';
}
