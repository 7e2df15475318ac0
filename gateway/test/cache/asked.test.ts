import { expect, it } from 'vitest';
import { askedHash } from '../../src/cache/asked.ts';

const head = (accept: string) =>
  ({ method: 'POST', accept, wantsFresh: false, ifNoneMatch: undefined }) as const;

it('the hash of a request is short, whatever its headers are, and differs where the form of the answer may', () => {
  const long = 'application/json;q=0.1,'.repeat(600);
  const hashes = ['', '*/*', long, `${long} `].map((accept) => askedHash(head(accept), '{}'));
  expect(new Set(hashes).size).toBe(4);
  for (const each of hashes) expect(each.length).toBeLessThan(300);
});
