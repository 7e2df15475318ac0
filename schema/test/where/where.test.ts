import { describe, expect, it } from 'vitest';
import { operandValue } from '../../src/where/operand-value.ts';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, KEY, model, oneToMany } from '../support/document-fixture.ts';
import { refusal, scopeOf } from '../support/scope-fixture.ts';

const MODEL = model({
  entities: [
    entity('user'),
    entity('task', [
      { name: 'title', type: 'string' },
      { name: 'rank', type: 'int' },
      { name: 'status', type: 'string', enum: ['open', 'done'] },
      { name: 'size', type: 'string', enum: ['1 m', '2 m'] },
      { name: 'plan', type: 'file' },
      KEY('owner_id'),
    ]),
  ],
  relations: [oneToMany('user_tasks', ['user', 'task', 'owner_id'])],
});
const TASK = entityOf(MODEL, 'task');
const parse = (where: unknown) => parseWhere(where, TASK, scopeOf(MODEL));

describe('where', () => {
  it('joins the conditions of one object', () => {
    expect(parse({ title: { eq: 'a' }, rank: { gt: 1, lte: 9 } })).toMatchObject({
      kind: 'all',
      filters: [
        { kind: 'compare', operator: 'eq', value: 'a' },
        { kind: 'all', filters: [{ operator: 'gt' }, { operator: 'lte' }] },
      ],
    });
  });

  it('maps the text operators to their two properties', () => {
    expect(parse({ title: { icontains: '50%' } })).toMatchObject({
      kind: 'text',
      operator: 'contains',
      ignoreCase: true,
      value: '50%',
    });
  });

  it.each([
    [null, 'where may not be null'],
    [{}, 'where may not be empty'],
    [[{ rank: { eq: 1 } }], 'where must be an object'],
    ['rank', 'where must be an object'],
    [{ title: null }, 'where.title may not be null'],
    [{ title: {} }, 'where.title may not be empty'],
    [{ title: { eq: undefined } }, 'where.title may not be empty'],
    [{ title: { eq: null } }, 'where.title.eq may not be null; use isNull'],
    [{ title: { in: [] } }, 'where.title.in must not be empty'],
    [{ title: { in: 'a' } }, 'where.title.in must be a list'],
    [{ title: { in: ['a', null] } }, 'where.title.in[1] may not be null; use isNull'],
    [{ title: { isNull: null } }, 'where.title.isNull must be true or false'],
    [{ title: { near: 'a' } }, 'where.title.near is not an operator'],
    [{ AND: [] }, 'where.AND must be a list with at least one filter'],
    [{ OR: { rank: { eq: 1 } } }, 'where.OR must be a list with at least one filter'],
    [{ OR: [{ title: { eq: 'a' } }, {}] }, 'where.OR[1] may not be empty'],
    [{ NOT: null }, 'where.NOT may not be null'],
    [{ NOT: {} }, 'where.NOT may not be empty'],
    [{ title: { like: 'a\\' } }, 'where.title.like ends in a lone backslash'],
    [{ title: { like: 1 } }, 'where.title.like must be a text'],
    [{ title: { eq: 'a\0b' } }, 'where.title.eq may not contain a NUL character'],
    [{ title: { like: 'a\0b' } }, 'where.title.like may not contain a NUL character'],
    [{ title: { in: ['\ud800'] } }, 'where.title.in[0] may not contain half of a surrogate pair'],
    [{ title: { startsWith: '\udc00' } }, 'where.title.startsWith may not contain half of a surrogate pair'],
    [{ rank: { eq: {} } }, 'where.rank.eq must be an integer of 32 bits'],
    [{ id: { eq: 'nonsense' } }, 'where.id.eq is not a valid uuid key'],
    [{ ownerId: { in: ['nonsense'] } }, 'where.ownerId.in[0] is not a valid uuid key'],
    [{ plan: { eq: 'a' } }, 'where.plan.eq is not an operator of a file'],
    [{ unknown: { eq: 1 } }, 'where.unknown is not a field'],
    [{ search: 'a' }, 'where.search is not a field'],
  ])('refuses %j and names the place', (where, message) => {
    expect(refusal(() => parse(where))).toMatchObject({ code: 'BAD_USER_INPUT', message });
  });

  it('gives the place as a list too', () => {
    expect(refusal(() => parse({ OR: [{ title: { in: [null] } }] })).path).toEqual([
      'where',
      'OR',
      '0',
      'title',
      'in',
      '0',
    ]);
  });

  it('takes a pattern that ends in an escaped backslash', () => {
    expect(parse({ title: { like: 'a\\\\' } })).toMatchObject({ kind: 'text', value: 'a\\\\' });
  });

  it('asks of a file only whether it is there', () => {
    expect(parse({ plan: { isNull: false } })).toMatchObject({ kind: 'isNull', isNull: false });
  });
});

describe('enum values', () => {
  it('come as members and are stored as the document has them', () => {
    expect(parse({ status: { eq: 'OPEN' } })).toMatchObject({ kind: 'compare', value: 'open' });
    expect(parse({ status: { notIn: ['OPEN', 'DONE'] } })).toMatchObject({
      kind: 'in',
      values: ['open', 'done'],
      negated: true,
    });
  });

  it('are plain texts where they cannot be members', () => {
    expect(parse({ size: { eq: '1 m' } })).toMatchObject({ value: '1 m' });
  });

  it.each(['open', 'LOST', 'constructor', 1])('has no member %j', (value) => {
    expect(refusal(() => parse({ status: { in: ['OPEN', value] } }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'where.status.in[1] must be one of OPEN, DONE',
    });
  });
});

describe('a value outside of a filter', () => {
  const value = (name: string, given: unknown) => {
    const field = TASK.fieldByName.get(name);
    if (field === undefined) throw new Error(`no field ${name}`);
    return operandValue(field, given, ['key', field.graphqlName]);
  };

  it('is bound in the form that is stored', () => {
    expect(value('status', 'DONE')).toBe('done');
    expect(value('rank', 3)).toBe(3);
    expect(value('id', 'ABCDEF00-0000-0000-0000-000000000001')).toBe('abcdef00-0000-0000-0000-000000000001');
  });

  it('is refused with its place', () => {
    expect(refusal(() => value('status', 'x')).message).toBe('key.status must be one of OPEN, DONE');
    expect(refusal(() => value('title', null)).message).toBe('key.title may not be null');
  });
});
