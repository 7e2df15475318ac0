/** The same load on several servers, in turns. */
import { inTurns } from './in-turns.ts';
import { type LoadOptions, measure, type Target } from './load.ts';
import type { Comparison } from './report.ts';

/**
 * Long enough for the compilers of V8, which otherwise take processor time from what is measured: the whole server has
 * to be compiled at first, and then only what the next scenario does differently.
 */
export const FIRST_WARM_UP_SECONDS = 10;
const NEXT_WARM_UP_SECONDS = 3;

export interface CompareOptions extends LoadOptions {
  readonly rounds: number;
}

/** @param subject.isFirst these processes have not been measured before */
export async function compare(
  subject: { name: string; title: string; targets: readonly Target[]; base: string; isFirst: boolean },
  options: CompareOptions,
): Promise<Comparison> {
  const { name, title, targets, base, isFirst } = subject;
  const seconds = isFirst ? FIRST_WARM_UP_SECONDS : NEXT_WARM_UP_SECONDS;
  for (const target of targets) await measure(target, { ...options, seconds });
  const turns = targets.map((target) => ({ name: target.name, measure: () => measure(target, options) }));
  const measured = await inTurns(options.rounds, turns);
  return { name, title, sides: measured.map(({ rounds }) => rounds), base };
}
