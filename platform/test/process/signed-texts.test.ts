import { expect, test } from 'vitest';
import { createTextSigner } from '../../src/index.ts';

const signer = createTextSigner('key', 'kind');

test.each(['', 'a', 'ä💥', 'a.b', '{"a":[1,null]}', 'x'.repeat(10_000)])(
  '%j comes back as it was',
  (text) => {
    const signed = signer.sign(text);
    expect(signed).toMatch(/^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{22}$/);
    expect(signer.open(signed)).toBe(text);
    expect(createTextSigner('key', 'kind').open(signed)).toBe(text);
  },
);

test('a text of another key or kind is none', () => {
  const signed = signer.sign('a');
  expect(createTextSigner('other', 'kind').open(signed)).toBeNull();
  expect(createTextSigner('key', 'other').open(signed)).toBeNull();
});

test('a text is none once anything in it is changed, added or left out', () => {
  const signed = signer.sign('the text');
  for (let at = 0; at < signed.length; at++) {
    for (const changed of ['', 'A', '_', '=', '.', `${signed[at]}A`]) {
      const text = `${signed.slice(0, at)}${changed}${signed.slice(at + 1)}`;
      if (text !== signed) expect(signer.open(text), text).toBeNull();
    }
  }
  for (const text of [`${signed}=`, `${signed} `, ` ${signed}`, `${signed}.`, `.${signed}`, '', '.', 'a.']) {
    expect(signer.open(text), text).toBeNull();
  }
});
