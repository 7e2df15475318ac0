import { appName, epoch, lsn, revision } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { hasAllOf } from '../../src/cache/has-all-of.ts';

const NOW = Date.now();
const crm = appName('crm');
const covering = (position: number, resetAtMs = 0) => ({
  covers: (asked: number) => asked <= position,
  resetAtMs,
});
const kept = (at: number | null, epochs = 2) => ({
  apps: [
    {
      app: crm,
      epoch: epoch(epochs),
      revision: revision(1),
      lsn: at === null ? null : lsn(`0/${at}`),
      history: null,
    },
  ],
});
const token = (seen: { lsn: number | null; position: number | null; epoch?: number }) => ({
  issuedAtMs: NOW,
  apps: new Map([
    [
      crm,
      {
        epoch: epoch(seen.epoch ?? 2),
        lsn: seen.lsn === null ? null : lsn(`0/${seen.lsn}`),
        position: seen.position,
      },
    ],
  ]),
});

describe('an answer that is current here has all of a token', () => {
  it.each([
    ['when its events are applied here', token({ lsn: null, position: 5 }), kept(null), covering(5), true],
    ['not while they are not', token({ lsn: null, position: 6 }), kept(null), covering(5), false],
    ['when it was read past its commit', token({ lsn: 10, position: 6 }), kept(10), covering(5), true],
    ['not when it was read before', token({ lsn: 11, position: 6 }), kept(10), covering(5), false],
    [
      'not when some of its events may be anywhere',
      token({ lsn: 10, position: null }),
      kept(10),
      covering(5),
      false,
    ],
    [
      'not when nothing is known of the write',
      token({ lsn: null, position: null }),
      kept(10),
      covering(5),
      false,
    ],
    [
      'when it is of a later place of the app',
      token({ lsn: 99, position: 99, epoch: 1 }),
      kept(10),
      covering(5),
      true,
    ],
    [
      'not when it is of a former place',
      token({ lsn: 1, position: 1, epoch: 3 }),
      kept(10),
      covering(5),
      false,
    ],
    [
      'not by positions of before a reset',
      token({ lsn: 99, position: 5 }),
      kept(10),
      covering(5, NOW - 1_000),
      false,
    ],
  ])('%s', (_, of, answer, freshness, expected) => {
    expect(hasAllOf(of, answer, freshness)).toBe(expected);
  });

  it('when it is of other apps', () => {
    const other = {
      apps: [{ app: appName('shop'), epoch: epoch(1), revision: revision(1), lsn: null, history: null }],
    };
    expect(hasAllOf(token({ lsn: 99, position: 99 }), other, covering(0))).toBe(true);
  });

  it('when it was written so long ago that every current answer has it', () => {
    const old = { ...token({ lsn: null, position: null }), issuedAtMs: NOW - 60_000 };
    expect(hasAllOf(old, kept(null), covering(0))).toBe(true);
  });
});
