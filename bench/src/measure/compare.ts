/** The same load on several servers, in turns. */
import { type LoadOptions, type Measurement, measure, type Target } from './load.ts';
import type { Comparison } from './report.ts';

/** Long enough for the compilers of V8, which otherwise take processor time from what is measured. */
const WARM_UP_SECONDS = 10;

export interface CompareOptions extends LoadOptions {
  readonly rounds: number;
}

export async function compare(
  subject: { name: string; title: string; targets: readonly Target[]; base: string },
  options: CompareOptions,
): Promise<Comparison> {
  const { name, title, targets, base } = subject;
  for (const target of targets) await measure(target, { ...options, seconds: WARM_UP_SECONDS });
  const sides: Measurement[][] = targets.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    // One after the other within a round, so that whatever disturbs the machine disturbs all.
    for (const [index, target] of targets.entries()) sides[index]?.push(await measure(target, options));
  }
  return { name, title, sides, base };
}
