/** Which entities a question reads: what decides who may share its answers. */
import { type AppName, appName } from '@rocket/schema';
import { z } from 'zod';
import type { FactCollector } from '../execution/fact-collector.ts';

export interface ReadRule {
  /** In order of app and entity. */
  readonly parts: readonly (readonly [app: AppName, entities: readonly string[]])[];
  /** Equal for equal rules. */
  readonly text: string;
}

const Parts = z.array(z.tuple([z.string().transform(appName), z.array(z.string())]));

export function readRule(parts: ReadRule['parts']): ReadRule {
  const sorted = parts
    .map(([app, entities]) => [app, [...new Set(entities)].sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { parts: sorted, text: JSON.stringify(sorted) };
}

/** Reads the text of a rule. @throws ZodError, SyntaxError, RocketError for what is none */
export function parseReadRule(text: string): ReadRule {
  return readRule(Parts.parse(JSON.parse(text)));
}

/** What an answer was read from. */
export function ruleOf({ reads }: FactCollector): ReadRule {
  return readRule([...reads].map(([app, { entities }]) => [app, [...entities]] as const));
}

/** The entities of both. */
export function mergeRules(a: ReadRule, b: ReadRule): ReadRule {
  const parts = new Map<AppName, string[]>();
  for (const [app, entities] of [...a.parts, ...b.parts]) {
    parts.set(app, [...(parts.get(app) ?? []), ...entities]);
  }
  return readRule([...parts]);
}
