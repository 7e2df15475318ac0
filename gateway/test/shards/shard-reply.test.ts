import { expect, it } from 'vitest';
import { readAnswer } from '../../src/transport/shard-reply.ts';
import { ShardUnreachable } from '../../src/transport/shard-unreachable.ts';

const answerOf = (type: string | string[] | undefined) =>
  readAnswer({ status: 200, headers: { 'content-type': type }, text: '{"data":{}}' }, 'shard s1');

it.each([undefined, 'text/html', 'application/json-seq', ['application/json']])(
  'takes nothing for the answer of a shard that has the content type %j',
  (type) => {
    expect(() => answerOf(type)).toThrow(ShardUnreachable);
  },
);

it('reads an answer without the facts behind it', () => {
  const facts = '{"kind":"write","events":["7"]}';
  const headers = { 'content-type': 'application/json', 'x-rocket-facts': String(facts.length) };
  const answer = readAnswer({ status: 200, headers, text: `{"data":{"a":1}}${facts}` }, 'shard s1');
  expect(answer.json()).toBe('{"data":{"a":1}}');
  expect(answer.result()).toEqual({ data: { a: 1 } });
  expect(answer.facts).toEqual({ kind: 'write', events: ['7'] });
});

it.each(['application/json', 'application/json; charset=utf-8'])('takes %s', (type) => {
  expect(answerOf(type).json()).toBe('{"data":{}}');
});
