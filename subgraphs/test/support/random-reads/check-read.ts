/** Compares the answer of one random read with what the records say. */
import { type Caller, RocketError } from '@rocket/schema';
import fc from 'fast-check';
import type { ReadApp } from '../read-app.ts';
import { ADMIN, callerWith } from '../write-app.ts';
import { expectedAnswer, SOME_CURSOR } from './expected-answer.ts';
import { readText } from './read-text.ts';
import type { RootRead } from './read-tree.ts';
import { loadWorld } from './world/load-world.ts';
import { World } from './world/world.ts';
import type { WorldData } from './world/world-data.ts';
import { OWNER_ID } from './world/world-document.ts';

export const CALLERS = {
  admin: ADMIN,
  viewer: callerWith(['viewer'], OWNER_ID),
  owner: callerWith(['Owner'], OWNER_ID),
  both: callerWith(['owner', 'viewer'], OWNER_ID),
} satisfies Record<string, Caller>;

export type CallerName = keyof typeof CALLERS;
export const callerName = fc.constantFrom<CallerName>('admin', 'viewer', 'owner', 'both');

/** @throws Error with operation, variables and both answers when they differ */
export async function checkRead(
  app: ReadApp,
  data: WorldData,
  { caller, read }: { caller: CallerName; read: RootRead },
): Promise<void> {
  const asker = CALLERS[caller];
  const { query, variables } = readText(app.model, read, asker.isAdmin);
  const { data: answered, errors, statements } = await app.ask(query, { caller: asker, variables });
  const actual = JSON.stringify(errors.length > 0 ? errors : hideCursors(answered?.['root']));
  const expected = JSON.stringify(expectedAnswer(new World({ model: app.model, caller: asker, data }), read));
  if (actual === expected && statements === 1) return;
  throw new Error(
    [
      `A read by ${caller} took ${statements} statements and gave another answer`,
      query,
      `variables ${JSON.stringify(variables)}`,
      `expected  ${expected}`,
      `actual    ${actual}`,
    ].join('\n'),
  );
}

function hideCursors(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hideCursors);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => [
    key,
    isCursorKey(key) && typeof part === 'string' ? SOME_CURSOR : hideCursors(part),
  ]);
  return Object.fromEntries(entries);
}

function isCursorKey(key: string): boolean {
  return key === 'cursor' || key === 'startCursor' || key === 'endCursor';
}

interface RunOptions {
  readonly seed: number;
  readonly runs: number;
}

/** Runs `check` on random records with random cases; the records that fail are part of the error. */
export async function checkWorlds<T>(
  app: ReadApp,
  of: {
    data: fc.Arbitrary<WorldData>;
    cases: fc.Arbitrary<readonly T[]>;
    check: (data: WorldData, one: T) => Promise<void>;
  },
  { seed, runs }: RunOptions,
): Promise<void> {
  const property = fc.asyncProperty(of.data, of.cases, async (data, cases) => {
    await loadWorld(app.database, app.model, data);
    for (const one of cases) await of.check(data, one);
  });
  const result = await fc.check(property, { seed, numRuns: runs });
  if (!result.failed) return;
  const [data] = result.counterexample ?? [];
  const error =
    result.errorInstance instanceof Error ? result.errorInstance : new RocketError('INTERNAL_ERROR');
  throw new Error(
    `${error.message}\nrecords   ${JSON.stringify(data)}\nseed ${result.seed} after ${result.numShrinks} shrinks`,
    { cause: result.errorInstance },
  );
}
