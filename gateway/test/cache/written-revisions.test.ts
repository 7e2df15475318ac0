import { appName, revision } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { WrittenRevisions } from '../../src/cache/freshness/written-revisions.ts';

const crm = appName('crm');
const read = (by: number) => [
  { app: appName('shop'), revision: revision(1) },
  { app: crm, revision: revision(by) },
];

/** By revision, null where it is not known, in the order of positions 10, 20, ... */
function written(...revisions: readonly (number | null)[]): WrittenRevisions {
  const all = new WrittenRevisions();
  for (const [at, by] of revisions.entries()) {
    all.wrote({ app: crm, ...(by === null ? {} : { revision: revision(by) }) }, (at + 1) * 10);
  }
  return all;
}

describe('an answer', () => {
  it.each([
    ['that nothing was written after', written(), 7, 0, false],
    ['after which its own document was written by', written(7, 7), 7, 5, false],
    ['of the former document, when the new one was written by', written(7, 8), 7, 15, true],
    ['of the former document, read after that', written(7, 8), 7, 20, false],
    ['of the new document, when the former one was written by', written(8, 7), 8, 15, true],
    ['also when the new one was written by since', written(8, 7, 8), 8, 15, true],
    ['of the new document, read after the last of the former one', written(8, 7, 8), 8, 20, false],
    ['of a third document', written(8, 7, 8), 9, 25, true],
    ['after a change of whose document nothing is known', written(7, null, 7), 7, 15, true],
    ['read after that', written(7, null, 7), 7, 20, false],
  ] as const)('%s', (_, all, by, position, isVoid) => {
    expect(all.areVoid(read(by), position)).toBe(isVoid);
  });

  it('is compared with nothing of before a reset', () => {
    const all = written(7, 8);
    all.reset();
    expect(all.areVoid(read(7), 0)).toBe(false);
  });
});
