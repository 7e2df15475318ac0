import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkExpression,
  compileExpression,
  type ExpressionShape,
  parseExpression,
  recordShape,
} from '../../src/index.ts';
import { entityOf, type JsonObject, model } from '../support/document-fixture.ts';

const PROPERTIES: ReadonlySet<string> = new Set(['expression', 'guard', 'condition']);

interface Found {
  readonly entity: string;
  readonly text: string;
}

/** Every expression within a part of a document, and the entity it is about. */
function expressionsIn(part: unknown, entity: string): readonly Found[] {
  if (typeof part !== 'object' || part === null) return [];
  const { entity: named, trigger } = part as { entity?: unknown; trigger?: { entity?: unknown } };
  const about = String(named ?? trigger?.entity ?? entity);
  return Object.entries(part).flatMap(([name, value]) =>
    PROPERTIES.has(name) && typeof value === 'string'
      ? [{ entity: about, text: value }]
      : expressionsIn(value, about),
  );
}

function evaluateFor(
  app: string,
  { entity, text }: Found,
  record: Readonly<Record<string, unknown>>,
): unknown {
  const document: JsonObject = JSON.parse(
    readFileSync(join(import.meta.dirname, `../../../examples/${app}.json`), 'utf8'),
  );
  const shape = recordShape(entityOf(model(document), entity).fields);
  const scope = new Map<string, ExpressionShape>([
    ['record', shape],
    ['old', shape],
    ['action', 'string'],
    // The paths of a context name fields of the trigger's record, whose types it takes over.
    ['context', shape],
  ]);
  const parsed = parseExpression(text);
  if (!parsed.ok) return parsed.fault;
  expect(checkExpression(parsed.expression, scope)).toEqual([]);
  const variables = { now: new Date(), record, context: record, old: {}, action: 'create' };
  return compileExpression(parsed.expression, scope)(variables);
}

describe('the expressions of the example documents', () => {
  it.each([
    ['crm', 'record.amount != null', 'deal', { amount: '1.00' }, { amount: null }],
    ['crm', 'context.amount > 50000', 'deal', { amount: '60000.00' }, { amount: '6000.00' }],
    ['crm', "record.stage == 'won'", 'deal', { stage: 'won' }, { stage: 'lost' }],
    ['ecommerce', "record.status == 'paid'", 'order', { status: 'paid' }, {}],
    ['helpdesk', 'record.agent_id != null', 'ticket', { agent_id: 'a' }, {}],
    [
      'helpdesk',
      "action == 'create' && record.priority == 'urgent'",
      'ticket',
      { priority: 'urgent' },
      { priority: 'low' },
    ],
  ])('%s: %s', (app, text, entity, yes, no) => {
    expect(evaluateFor(app, { entity, text }, yes)).toBe(true);
    expect(evaluateFor(app, { entity, text }, no)).toBe(false);
  });

  it.each(['crm', 'ecommerce', 'helpdesk'])('%s has no others that fail', (app) => {
    const text = readFileSync(join(import.meta.dirname, `../../../examples/${app}.json`), 'utf8');
    const found = expressionsIn(JSON.parse(text), '');
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) expect(evaluateFor(app, one, {})).toBeTypeOf('boolean');
  });
});

describe('the rules of docs/expressions.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/expressions.md'), 'utf8');
  const rules = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, rule]) =>
    expressionsIn(JSON.parse(rule ?? ''), ''),
  );
  const names = ['record', 'old', 'user', 'action', 'now'];
  const scope = new Map<string, ExpressionShape>(names.map((name) => [name, 'json']));
  const [VIOLATED, FINE] = [true, false];
  const records: readonly (readonly [unknown, Readonly<Record<string, unknown>>])[] = [
    [VIOLATED, { total: -1 }],
    [VIOLATED, { starts_at: new Date(5), ends_at: new Date(4) }],
    [VIOLATED, { due: '2020-01-01' }],
    [VIOLATED, { status: 'rejected', reason: '  ' }],
    [FINE, { price: 5 }],
    [VIOLATED, { discount: 21 }],
    [VIOLATED, { code: 'AB-12' }],
    [7.5, { price: 2.5, quantity: 3 }],
    ['Ann', { first_name: 'Ann', email: 'ann@example.com' }],
    ['high', { due: '2020-01-01', amount: 5 }],
  ];

  it('are ten', () => {
    expect(rules.flat()).toHaveLength(records.length);
  });

  it.each(
    records.map(([value, record], index) => ({ text: rules.flat()[index]?.text ?? '', value, record })),
  )('$text', ({ text, value, record }) => {
    const parsed = parseExpression(text);
    if (!parsed.ok) throw new Error(parsed.fault.message);
    expect(checkExpression(parsed.expression, scope)).toEqual([]);
    const now = new Date('2024-01-01T00:00:00Z');
    const variables = { record, old: {}, user: { roles: ['sales'] }, action: 'create', now };
    expect(compileExpression(parsed.expression, scope)(variables)).toEqual(value);
  });
});
