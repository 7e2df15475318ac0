import { expect, it } from 'vitest';
import { hashTag } from '../../src/cache/freshness/tag-hash.ts';

it('gives different tags different numbers, which a double holds exactly', () => {
  const numbers = new Set<number>();
  const unfit: string[] = [];
  for (let at = 0; at < 200_000; at += 1) {
    for (const tag of [`crm.customer#${at}`, `crm.order@customer_id=c0000000-0000-4000-8000-${at}`]) {
      const number = hashTag(tag);
      // Not an assertion for each: they would take nearly all of the time.
      if (!Number.isSafeInteger(number) || number < 0) unfit.push(tag);
      numbers.add(number);
    }
  }
  expect(unfit).toEqual([]);
  expect(numbers.size).toBe(400_000);
});

it('gives the same number in every process', () => {
  expect(hashTag('crm.customer#1')).toMatchInlineSnapshot(`4843997196003224`);
});
