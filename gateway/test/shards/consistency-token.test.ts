import { createTextSigner } from '@rocket/platform';
import { type AppName, appName, compareLsn, epoch, lsn } from '@rocket/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AppConsistency,
  CONSISTENCY_HEADER,
  type ConsistencyToken,
  createConsistencyTokens,
  MAX_TOKEN_APPS,
  MAX_TOKEN_CHARS,
  mergeTokens,
} from '../../src/consistency/consistency-token.ts';

const tokens = createConsistencyTokens('the key of the platform');

const anyApp = fc.stringMatching(/^[a-z][a-z0-9_]{0,47}$/).map(appName);
const fewApps = fc.constantFrom('crm', 'shop', 'helpdesk', 'hr').map(appName);
const hexPart = fc.integer({ min: 0, max: 0xffff_ffff }).map((part) => part.toString(16).toUpperCase());
const anyLsn = fc.tuple(hexPart, hexPart).map((parts) => lsn(parts.join('/')));
const anyConsistency: fc.Arbitrary<AppConsistency> = fc.record({
  epoch: fc.integer({ min: 1, max: 3 }).map(epoch),
  lsn: fc.option(anyLsn),
  position: fc.option(fc.nat(Number.MAX_SAFE_INTEGER)),
});
const tokenOf = (app: fc.Arbitrary<AppName>, maxLength: number): fc.Arbitrary<ConsistencyToken> =>
  fc.record({
    issuedAtMs: fc.nat(2 ** 42),
    apps: fc.array(fc.tuple(app, anyConsistency), { maxLength, size: 'max' }).map((apps) => new Map(apps)),
  });
const small = tokenOf(fewApps, 4);
const large = tokenOf(anyApp, 80);

describe('a consistency token', () => {
  it('is read as it was made, as far as it fits into a header: what was changed last', () => {
    fc.assert(
      fc.property(large, (token) => {
        const text = tokens.encode(token);
        expect(text.length).toBeLessThanOrEqual(MAX_TOKEN_CHARS);
        expect(text).toMatch(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}$/);
        const read = tokens.read(text);
        expect(read?.issuedAtMs).toBe(token.issuedAtMs);
        const apps = [...(read?.apps ?? [])];
        expect(apps.length).toBeLessThanOrEqual(MAX_TOKEN_APPS);
        expect(apps).toEqual([...token.apps].slice(token.apps.size - apps.length));
        // Apps of usual names all fit in; the longest names there are leave room for more than half of the apps.
        expect(apps.length).toBeGreaterThanOrEqual(Math.min(token.apps.size, 28));
      }),
    );
  });

  it.each([
    { of: 'a usual length', length: 12, position: 123_456_789, count: 50 },
    { of: 'the greatest length, at the last positions', length: 48, position: 2 ** 53 - 1, count: 28 },
  ])('holds $count apps with names of $of', ({ length, position, count }) => {
    const one = { epoch: epoch(position), lsn: lsn('FFFFFFFF/FFFFFFFF'), position };
    const names = Array.from({ length: 60 }, (_, i) => appName(`a${i}_`.padEnd(length, 'x')));
    const apps = new Map(names.map((name) => [name, one]));
    const read = tokens.read(tokens.encode({ issuedAtMs: Date.UTC(2100, 0), apps }));
    expect([...(read?.apps.keys() ?? [])]).toEqual(names.slice(-count));
  });

  it('is nothing once a single character has changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
    const character = fc.constantFrom(...alphabet);
    fc.assert(
      fc.property(small, fc.nat(), character, fc.nat(2), (token, place, character, replaced) => {
        const text = tokens.encode(token);
        const at = place % text.length;
        const changed = text.slice(0, at) + character + text.slice(at + replaced);
        fc.pre(changed !== text);
        expect(tokens.read(changed)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', '.', 'a.b', 'a.b.c', 'null', '{}', '💥', 'x'.repeat(MAX_TOKEN_CHARS + 1)])(
    'is not %j',
    (text) => {
      expect(tokens.read(text)).toBeNull();
    },
  );

  it('is not a text of another key, of another kind, of another form, or too large', () => {
    const text = tokens.encode({ issuedAtMs: 1, apps: new Map() });
    expect(createConsistencyTokens('another key').read(text)).toBeNull();
    const kind = 'rocket consistency token 1';
    const signed = (value: unknown, as = kind) =>
      createTextSigner('the key of the platform', as).sign(JSON.stringify(value));
    expect(tokens.read(signed([1, []]))).toEqual({ issuedAtMs: 1, apps: new Map() });
    expect(tokens.read(signed([1, []], 'events'))).toBeNull();
    for (const value of [
      null,
      [1],
      [-1, []],
      [1, [['Crm', 1, null, null]]],
      [1, [['crm', 0, null, null]]],
      [1, [['crm', 1, '16/b3', null]]],
      [1, [['crm', 1, null, 0.5]]],
      [1, Array.from({ length: 500 }, () => ['crm', 1, null, null])],
    ]) {
      expect(tokens.read(signed(value)), JSON.stringify(value).slice(0, 80)).toBeNull();
    }
    expect(tokens.read(createTextSigner('the key of the platform', kind).sign('no JSON'))).toBeNull();
  });

  it('that a header holds is read, or refused with what to do', () => {
    const token = { issuedAtMs: 1, apps: new Map() };
    const text = tokens.encode(token);
    expect(tokens.ofHeader(undefined)).toBeNull();
    expect(tokens.ofHeader(text)).toEqual(token);
    for (const header of ['', `${text}x`, `${text}, ${text}`, [text, text]]) {
      expect(() => tokens.ofHeader(header)).toThrow(
        expect.objectContaining({
          code: 'BAD_REQUEST',
          message: expect.stringContaining(CONSISTENCY_HEADER),
        }),
      );
    }
  });
});

/** Whether `more` asks for all that `less` asks for. */
function covers(more: AppConsistency | undefined, less: AppConsistency): boolean {
  if (more === undefined || more.epoch < less.epoch) return false;
  if (more.epoch > less.epoch) return true;
  const hasLsn = less.lsn === null || (more.lsn !== null && compareLsn(more.lsn, less.lsn) >= 0);
  const hasPosition = more.position === null || (less.position !== null && more.position >= less.position);
  return hasLsn && hasPosition;
}

describe('two tokens together', () => {
  it('ask for what each of them asks for, and for nothing else', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const both = mergeTokens(a, b);
        expect(both.issuedAtMs).toBe(Math.max(a.issuedAtMs, b.issuedAtMs));
        for (const [app, asked] of [...a.apps, ...b.apps]) {
          expect(covers(both.apps.get(app), asked)).toBe(true);
        }
        for (const [app, { epoch, lsn, position }] of both.apps) {
          const sources = [a.apps.get(app), b.apps.get(app)].filter((one) => one?.epoch === epoch);
          expect(sources.map((one) => one?.lsn)).toContain(lsn);
          expect(sources.map((one) => one?.position)).toContain(position);
        }
      }),
    );
  });

  it('are the same in any order, however often', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expect(mergeTokens(a, a)).toEqual(a);
        expect(mergeTokens(a, b)).toEqual(mergeTokens(b, a));
        expect(mergeTokens(mergeTokens(a, b), c)).toEqual(mergeTokens(a, mergeTokens(b, c)));
      }),
    );
  });

  it('do not hide a change whose place on the stream is unknown behind one whose place is known', () => {
    const crm = appName('crm');
    const at = (position: number | null) => ({ epoch: epoch(1), lsn: null, position });
    const [early, late] = [
      { issuedAtMs: 1, apps: new Map([[crm, at(null)]]) },
      { issuedAtMs: 2, apps: new Map([[crm, at(7)]]) },
    ];
    expect(mergeTokens(early, late).apps.get(crm)).toEqual(at(null));
  });

  it('have at most 50 apps: those of the later one, then the last of the earlier one', () => {
    const of = (prefix: string, count: number) =>
      new Map(
        Array.from(
          { length: count },
          (_, i) => [appName(`${prefix}${i}`), { epoch: epoch(1), lsn: null, position: i }] as const,
        ),
      );
    const [early, late] = [
      { issuedAtMs: 1, apps: new Map([...of('same', 1), ...of('a', 40)]) },
      { issuedAtMs: 2, apps: new Map([...of('b', 29), ...of('same', 1)]) },
    ];
    for (const { apps } of [mergeTokens(early, late), mergeTokens(late, early)]) {
      expect([...apps.keys()]).toEqual([
        ...[...of('a', 40).keys()].slice(20),
        ...of('b', 29).keys(),
        appName('same0'),
      ]);
    }
  });
});
