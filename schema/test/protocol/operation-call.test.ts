import { GraphQLError, parse } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { lsn } from '../../src/ids.ts';
import type { AnswerFacts } from '../../src/protocol/answer-facts.ts';
import {
  encodeOperation,
  encodeSubgraphAnswer,
  INTERNAL_ANSWER_HEADERS,
  readOperation,
  readSubgraphAnswer,
} from '../../src/protocol/operation-call.ts';
import { parseJson } from '../../src/values/exact-json.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

describe('an operation', () => {
  it('is written without its parsed document, and read as it was', () => {
    const operation = { query: '{ a }', variables: { a: 1 }, operationName: 'Q' };
    const text = encodeOperation({ ...operation, document: parse('{ a }') });
    expect(text).toBe('{"query":"{ a }","variables":{"a":1},"operationName":"Q"}');
    expect(readOperation(JSON.parse(text))).toStrictEqual(operation);
    expect(encodeOperation({ query: '{ a }' })).toBe('{"query":"{ a }"}');
  });

  it('may have null for what it leaves out', () => {
    const body = { query: '{ a }', variables: null, operationName: null };
    expect(readOperation(body)).toStrictEqual({ query: '{ a }' });
  });

  it.each([null, [], { query: 1 }, { query: '{ a }', variables: [] }])('is not %j', (body) => {
    expect(() => readOperation(body)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe('an answer', () => {
  it('has in headers what must be known before it is parsed', () => {
    const answer = {
      hasErrors: true,
      lsn: lsn('16/B374D848'),
      facts: null,
      json: () => '{}',
      result: () => ({}),
    };
    expect(encodeSubgraphAnswer(answer)).toStrictEqual({
      headers: { ...JSON_HEADERS, 'x-rocket-has-errors': '1', 'x-rocket-lsn': '16/B374D848' },
      body: '{}',
    });
    expect(encodeSubgraphAnswer({ ...answer, hasErrors: false, lsn: null }).headers).toStrictEqual(
      JSON_HEADERS,
    );
  });

  it('is parsed once, when somebody looks into it', () => {
    const errors = [{ message: 'no', path: ['a', 0], extensions: { code: 'FORBIDDEN' } }, { message: 'why' }];
    const text = JSON.stringify({ data: { a: [null] }, errors });
    const parseText = vi.fn(parseJson);
    const headers = { ...JSON_HEADERS, 'x-rocket-has-errors': '1', 'x-rocket-lsn': '16/B374D848' };
    const answer = readSubgraphAnswer({ headers, text }, parseText);
    expect(answer).toMatchObject({ hasErrors: true, lsn: '16/B374D848' });
    expect(answer?.json()).toBe(text);
    expect(parseText).not.toHaveBeenCalled();
    expect(answer.result().errors?.[0]).toBeInstanceOf(GraphQLError);
    expect(JSON.parse(JSON.stringify(answer.result()))).toEqual({ data: { a: [null] }, errors });
    expect(parseText).toHaveBeenCalledOnce();
  });

  it('keeps numbers that a double cannot hold', () => {
    const text = '{"data":{"a":12345678901234567890}}';
    const answer = readSubgraphAnswer({ headers: JSON_HEADERS, text }, parseJson);
    expect(answer).toMatchObject({ hasErrors: false, lsn: null });
    expect(JSON.stringify(answer.result())).toBe(text);
  });

  it('is the fault of the shard when its position is malformed or its text has another form', () => {
    const headers = { ...JSON_HEADERS, 'x-rocket-lsn': 'now' };
    expect(() => readSubgraphAnswer({ headers, text: '{}' }, parseJson)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR' }),
    );
    const answer = readSubgraphAnswer({ headers: JSON_HEADERS, text: '{"errors":[1]}' }, parseJson);
    expect(() => answer.result()).toThrow();
  });

  it('carries facts behind the answer, which is the same text without them', () => {
    const tags: [string, string[]][] = [['crm.order#', ['1', 'ü€𝄞']]];
    const facts: AnswerFacts = { kind: 'read', entities: ['order'], tags, isLasting: true };
    const json = '{"data":{"name":"ü𝄞"}}';
    const told = { hasErrors: false, lsn: null, facts, json: () => json, result: () => ({}) };
    const { headers, body } = encodeSubgraphAnswer(told);
    const read = readSubgraphAnswer({ headers, text: body }, JSON.parse);
    expect(read.json()).toBe(json);
    expect(read.result()).toStrictEqual({ data: { name: 'ü𝄞' } });
    expect(read.facts).toStrictEqual(facts);
  });

  it('refuses facts of a wrong form as a fault of the shard', () => {
    const headers = { [INTERNAL_ANSWER_HEADERS.facts]: '2' };
    const wrong = expect.objectContaining({ code: 'INTERNAL_ERROR' });
    expect(() => readSubgraphAnswer({ headers, text: '{"data":{}}{}' }, JSON.parse)).toThrow(wrong);
    expect(() => readSubgraphAnswer({ headers, text: '{"data":{}}x]' }, JSON.parse)).toThrow(wrong);
  });
});
