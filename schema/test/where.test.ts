import { describe, expect, it } from 'vitest';
import { appName, buildModel, parseDocument, parseOrderBy, parseWhere, RocketError } from '../src/index.ts';

const parsed = parseDocument(
  {
    version: 1,
    entities: [
      {
        name: 'task',
        table: 'tasks',
        primary_key: { field: 'id', type: 'uuid', generated: true },
        fields: [
          { name: 'id', type: 'uuid', required: true },
          { name: 'title', type: 'string' },
          { name: 'rank', type: 'int' },
          { name: 'extra', type: 'json' },
        ],
      },
    ],
  },
  appName('work'),
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const task = buildModel(parsed.document, appName('work')).entities.get('task');
if (task === undefined) throw new Error('The entity is missing');

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof RocketError && error.code === 'BAD_USER_INPUT') return error.message;
    throw error;
  }
  throw new Error('Nothing was refused');
};

describe('where', () => {
  it('joins the conditions of one object', () => {
    expect(parseWhere({ title: { eq: 'a' }, rank: { gt: 1, lte: 9 } }, task)).toMatchObject({
      kind: 'all',
      filters: [
        { kind: 'compare', operator: 'eq', value: 'a' },
        { kind: 'all', filters: [{ operator: 'gt' }, { operator: 'lte' }] },
      ],
    });
  });

  it('maps the text operators to their two properties', () => {
    expect(parseWhere({ title: { icontains: '50%' } }, task)).toMatchObject({
      kind: 'text',
      operator: 'contains',
      ignoreCase: true,
      value: '50%',
    });
  });

  it.each([
    [null, 'where may not be null'],
    [{}, 'where may not be empty'],
    [{ title: null }, 'where.title may not be null'],
    [{ title: {} }, 'where.title may not be empty'],
    [{ title: { eq: null } }, 'where.title.eq may not be null; use isNull'],
    [{ title: { in: [] } }, 'where.title.in must not be empty'],
    [{ title: { in: ['a', null] } }, 'where.title.in[1] may not be null; use isNull'],
    [{ AND: [] }, 'where.AND must be a list with at least one filter'],
    [{ OR: [{ title: { eq: 'a' } }, {}] }, 'where.OR[1] may not be empty'],
    [{ NOT: null }, 'where.NOT may not be null'],
    [{ title: { like: 'a\\' } }, 'where.title.like ends in a lone backslash'],
    [{ title: { eq: 'a\0b' } }, 'where.title.eq may not contain a NUL character'],
    [{ id: { eq: 'nonsense' } }, 'where.id.eq is not a valid uuid key'],
    [{ unknown: { eq: 1 } }, 'where.unknown is not a field'],
  ])('refuses %j and names the place', (where, message) => {
    expect(messageOf(() => parseWhere(where, task))).toBe(message);
  });

  it('takes a pattern that ends in an escaped backslash', () => {
    expect(parseWhere({ title: { like: 'a\\\\' } }, task)).toMatchObject({ kind: 'text', value: 'a\\\\' });
  });
});

describe('orderBy', () => {
  it('ends in the key, so that the order is total', () => {
    const keys = parseOrderBy([{ rank: 'DESC' }, { title: 'ASC' }, { rank: 'ASC' }], task);
    expect(keys.map((key) => [key.field.name, key.descending])).toEqual([
      ['rank', true],
      ['title', false],
      ['id', false],
    ]);
  });

  it('refuses several keys in one element, whose precedence would depend on JSON', () => {
    expect(messageOf(() => parseOrderBy([{ rank: 'ASC', title: 'ASC' }], task))).toMatch(/exactly one key/);
  });
});
