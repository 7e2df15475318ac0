import { hash } from 'node:crypto';
import type { HttpAnswer } from '@rocket/platform';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheHeaders, etagOf, isFresh, unlessFresh, wantsFresh } from '../../src/http/conditional.ts';

const ETAG = etagOf('{"data":1}');

describe('an entity tag', () => {
  it('is the beginning of the hash of the bytes, however they are held', () => {
    expect(ETAG).toBe(`"${hash('sha256', '{"data":1}', 'base64url').slice(0, 22)}"`);
    expect(etagOf(Buffer.from('ä'))).toBe(etagOf('ä'));
    expect(etagOf('{"data":2}')).not.toBe(ETAG);
    expect(etagOf('')).toMatch(/^"[A-Za-z0-9_-]{22}"$/);
  });
});

describe('If-None-Match', () => {
  it.each([
    ETAG,
    `W/${ETAG}`,
    '*',
    ' * ',
    `"a", ${ETAG}`,
    `"a",W/${ETAG} , "b"`,
    `"with,comma", ${ETAG}`,
    `, ,${ETAG},,`,
    `"", ${ETAG}`,
    `"\u00fc",${ETAG}`,
    `\t${ETAG}\t`,
  ])('%j names the answer', (header) => {
    expect(isFresh(header, ETAG)).toBe(true);
  });

  it.each([
    undefined,
    '',
    ',',
    '"a"',
    'W/"a", "b"',
    ETAG.slice(1, -1),
    `w/${ETAG}`,
    `W/ ${ETAG}`,
    `*, ${ETAG}`,
    `${ETAG}, *`,
    `${ETAG} "b"`,
    `${ETAG}x`,
    `x${ETAG}`,
    `"a${ETAG}`,
    `${ETAG}, "open`,
    `"a b", ${ETAG}`,
    ETAG.toLowerCase(),
  ])('%j does not', (header) => {
    expect(isFresh(header, ETAG)).toBe(false);
  });

  it('finds the tag in any list that holds it, and in no other', () => {
    const opaque = fc.stringMatching(/^[!#-~]{0,8}$/);
    const tag = fc.tuple(fc.boolean(), opaque).map(([weak, text]) => `${weak ? 'W/' : ''}"${text}"`);
    fc.assert(
      fc.property(fc.array(tag), fc.array(tag), fc.constantFrom(',', ' , ', ', ,\t'), (a, b, by) => {
        const isThere = [...a, ...b].some((one) => one.endsWith(ETAG));
        expect(isFresh([...a, ...b].join(by), ETAG)).toBe(isThere);
        expect(isFresh([...a, ETAG, ...b].join(by), ETAG)).toBe(true);
      }),
    );
  });

  it('is read in a time that does not explode with its length', () => {
    const startedMs = Date.now();
    for (const piece of ['"a" ', '"a",', ', \t', '"', 'W/']) isFresh(`${piece.repeat(20_000)}!`, ETAG);
    expect(Date.now() - startedMs).toBeLessThan(1_000);
  });
});

const ANSWER: HttpAnswer = {
  status: 200,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'private, no-cache',
    vary: 'Accept',
    age: '3',
    etag: ETAG,
    'x-rocket-cache': 'hit',
    'x-other': '1',
  },
  body: '{"data":1}',
};

describe('an answer that the caller has', () => {
  it.each(['GET', 'HEAD'])('is a 304 with what caches need, by %s', (method) => {
    expect(unlessFresh(ANSWER, { method, ifNoneMatch: ETAG })).toEqual({
      status: 304,
      headers: {
        'cache-control': 'private, no-cache',
        vary: 'Accept',
        age: '3',
        etag: ETAG,
        'x-rocket-cache': 'hit',
      },
      body: '',
    });
  });

  it.each([
    { name: 'a POST', answer: ANSWER, method: 'POST', ifNoneMatch: ETAG },
    { name: 'another tag', answer: ANSWER, method: 'GET', ifNoneMatch: '"x"' },
    { name: 'no condition', answer: ANSWER, method: 'GET', ifNoneMatch: undefined },
    { name: 'a refusal', answer: { ...ANSWER, status: 503 }, method: 'GET', ifNoneMatch: '*' },
    { name: 'no tag', answer: { ...ANSWER, headers: {} }, method: 'GET', ifNoneMatch: '*' },
  ])('is sent in full for $name', ({ answer, method, ifNoneMatch }) => {
    expect(unlessFresh(answer, { method, ifNoneMatch })).toBe(answer);
  });
});

describe('what caches are told', () => {
  const VARY = 'Authorization, Accept, X-Rocket-Consistency';
  const base = {
    method: 'GET',
    anonymous: true,
    policy: 'public',
    ttlSeconds: 60,
    ageSeconds: null,
    kept: true,
  } as const;

  it.each([
    { name: 'a POST', more: { method: 'POST' }, expected: { 'cache-control': 'no-store' } },
    { name: 'what is not kept', more: { kept: false }, expected: { 'cache-control': 'no-store' } },
    {
      name: 'what the documents do not make public',
      more: { policy: 'private' as const },
      expected: { 'cache-control': 'private, no-cache', vary: VARY },
    },
    {
      name: 'somebody with a token',
      more: { anonymous: false },
      expected: { 'cache-control': 'private, no-cache', vary: VARY },
    },
    {
      name: 'what is public',
      more: { method: 'HEAD', ageSeconds: 2.9 },
      expected: { 'cache-control': 'public, max-age=60', vary: VARY, age: '2' },
    },
    {
      name: 'what is public but never out of date',
      more: { ttlSeconds: null, ageSeconds: 0 },
      expected: { 'cache-control': 'public, max-age=0, no-cache', vary: VARY, age: '0' },
    },
    {
      name: 'a time of less than a second',
      more: { ttlSeconds: 0.5, ageSeconds: -1 },
      expected: { 'cache-control': 'public, max-age=0, no-cache', vary: VARY, age: '0' },
    },
  ])('of $name', ({ more, expected }) => {
    expect(cacheHeaders({ ...base, ...more })).toEqual(expected);
  });

  it('never lets anybody keep for others what one caller may have', () => {
    const answer = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST'),
      anonymous: fc.boolean(),
      policy: fc.constantFrom('public', 'private'),
      ttlSeconds: fc.option(fc.integer({ min: 0, max: 1e6 })),
      ageSeconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      kept: fc.boolean(),
    });
    fc.assert(
      fc.property(answer, (one) => {
        const { 'cache-control': control = '', vary } = cacheHeaders(one);
        const mayShare = one.method !== 'POST' && one.anonymous && one.policy === 'public' && one.kept;
        expect(control.startsWith('public')).toBe(mayShare);
        expect(control).toMatch(
          /^(no-store|private, no-cache|public, max-age=0, no-cache|public, max-age=[1-9]\d*)$/,
        );
        expect(vary === undefined).toBe(control === 'no-store');
      }),
    );
  });
});

describe('Cache-Control of a request', () => {
  it.each([
    'no-cache',
    'No-Store',
    'max-age=0',
    'max-age="0"',
    'foo, max-age = 0',
    'a=b,no-cache',
    'max-age=-1',
  ])('%j asks for what was not kept', (header) => {
    expect(wantsFresh(header)).toBe(true);
  });
  it.each([undefined, '', 'max-age=60', 'max-age=x', 'only-if-cached', 'x-no-cache', 'min-fresh=0'])(
    '%j does not',
    (header) => {
      expect(wantsFresh(header)).toBe(false);
    },
  );

  it('is read in a time that grows with its length alone', () => {
    const header = `a${' '.repeat(15_000)}b`;
    const startedAt = performance.now();
    for (let round = 0; round < 20; round += 1) expect(wantsFresh(header)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
