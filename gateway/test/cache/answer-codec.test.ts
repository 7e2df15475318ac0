import { appName, epoch, lsn, revision } from '@rocket/schema';
import { expect, it } from 'vitest';
import { decodeAnswer, encodeAnswer } from '../../src/cache/kept/answer-codec.ts';

const ANSWER = {
  contentType: 'application/json',
  body: Buffer.from('{"data":{"name":"ü𝄞"}}'),
  checkedTo: 0,
  keptAtMs: 1,
  expiresAtMs: 2,
  stamp: { position: 3, message: 2 ** 47 + 1 },
  apps: [
    { app: appName('crm'), epoch: epoch(1), revision: revision(8), lsn: lsn('0/10'), history: '7:1' },
    { app: appName('shop'), epoch: epoch(2), revision: revision(9), lsn: null, history: null },
  ],
  tags: Float64Array.from([1, 2 ** 48 - 1]),
};

it('an answer is read as it was written', () => {
  // Somewhere in a larger buffer, as clients of Redis return values.
  const bytes = Buffer.concat([Buffer.alloc(5), encodeAnswer(ANSWER)]).subarray(5);
  const read = decodeAnswer(bytes);
  expect(read).toStrictEqual(ANSWER);
});

it('what is none is null', () => {
  const bytes = encodeAnswer(ANSWER);
  expect(decodeAnswer(Buffer.from(''))).toBeNull();
  expect(decodeAnswer(Buffer.from('nonsense of some length'))).toBeNull();
  expect(decodeAnswer(bytes.subarray(0, 60))).toBeNull();
  const other = Buffer.from(bytes.toString('latin1').replace('"crm"', '"C-M"'), 'latin1');
  expect(decodeAnswer(other)).toBeNull();
});
