import type { AppDocument } from './types.ts';

/**
 * Sections whose items are checked, stored and exported, but not executed yet, and what that means. This is the only
 * list of them: warnings, the admin API and the command use it. Remove a section from it once it is executed.
 */
const NOT_EXECUTED = {
  workflows: 'this version starts no workflow',
  webhooks: 'this version calls no webhook',
} as const satisfies Partial<Record<keyof AppDocument, string>>;

type Section = keyof typeof NOT_EXECUTED;

export interface NotExecuted {
  readonly section: Section;
  /** Items that would do something; those that are switched off are not counted. */
  readonly count: number;
  /** What that means, as the end of a sentence. */
  readonly consequence: string;
}

const SECTIONS: readonly Section[] = ['workflows', 'webhooks'];

/** What of a document is stored only: the sections that hold any such item. */
export function notExecuted(document: Pick<AppDocument, Section>): readonly NotExecuted[] {
  return SECTIONS.map((section) => ({
    section,
    count: document[section].filter(({ active }) => active !== false).length,
    consequence: NOT_EXECUTED[section],
  })).filter(({ count }) => count > 0);
}
