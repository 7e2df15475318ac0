import { describe, expect, it } from 'vitest';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';
import { refusal, scopeOf } from '../support/scope-fixture.ts';

const searchable = (name: string) => ({ name, type: 'string', searchable: true });
const MODEL = model({
  entities: [
    entity('page', [searchable('title'), { name: 'note', type: 'string' }, searchable('body')]),
    entity('lookup', [searchable('search')]),
  ],
});
const parse = (name: string, where: unknown) => parseWhere(where, entityOf(MODEL, name), scopeOf(MODEL));

describe('full-text search', () => {
  it('is over the searchable fields, in order', () => {
    expect(parse('page', { search: '"a b" -c' })).toMatchObject({
      kind: 'search',
      fields: [{ name: 'title' }, { name: 'body' }],
      query: '"a b" -c',
    });
  });

  it('gives way to a field of its name', () => {
    expect(parse('lookup', { search: { eq: 'a' } }).kind).toBe('compare');
    expect(parse('lookup', { fullTextSearch: 'a' })).toMatchObject({ kind: 'search', query: 'a' });
    expect(refusal(() => parse('page', { fullTextSearch: 'a' })).message).toBe(
      'where.fullTextSearch is not a field',
    );
  });

  it.each([
    [null, 'must be a text'],
    [{ eq: 'a' }, 'must be a text'],
    ['', 'may not be blank'],
    [' \n', 'may not be blank'],
    ['a\0', 'may not contain a NUL character'],
    ['\ud800', 'may not contain half of a surrogate pair'],
    ['a'.repeat(1_001), 'may have at most 1000 characters'],
  ])('refuses %j', (query, message) => {
    expect(refusal(() => parse('page', { search: query }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: `where.search ${message}`,
      path: ['where', 'search'],
    });
  });

  it('takes a long text', () => {
    expect(parse('page', { search: 'a'.repeat(1_000) }).kind).toBe('search');
  });
});
