import {
  checkExpression,
  compileExpression,
  type ExpressionScope,
  type ExpressionShape,
  parseExpression,
  recordShape,
} from '../../src/index.ts';

export const RECORD_SHAPE = recordShape([
  { name: 'id', type: 'uuid' },
  { name: 'title', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'total', type: 'decimal' },
  { name: 'price', type: 'decimal' },
  { name: 'quantity', type: 'int' },
  { name: 'ratio', type: 'float' },
  { name: 'big', type: 'bigint' },
  { name: 'paid', type: 'boolean' },
  { name: 'starts_at', type: 'timestamp' },
  { name: 'ends_at', type: 'timestamp' },
  { name: 'due', type: 'date' },
  { name: 'tags', type: 'json' },
  { name: 'details', type: 'json' },
]);

export const SCOPE: ExpressionScope = new Map<string, ExpressionShape>([
  ['record', RECORD_SHAPE],
  ['old', RECORD_SHAPE],
  ['action', 'string'],
  ['now', 'timestamp'],
  [
    'user',
    {
      kind: 'object',
      member: 'property',
      members: new Map<string, ExpressionShape>([
        ['id', 'string'],
        ['email', 'string'],
        ['roles', { kind: 'list', of: 'string' }],
      ]),
    },
  ],
  [
    'related',
    {
      kind: 'object',
      member: 'relation',
      members: new Map<string, ExpressionShape>([
        ['customer', RECORD_SHAPE],
        ['lines', { kind: 'list', of: RECORD_SHAPE }],
      ]),
    },
  ],
]);

/** Of a row: what a double may not hold is text. `title` is null, and so is all of `old`. */
export const RECORD: Readonly<Record<string, unknown>> = {
  id: '7d3c1a52-0000-4000-8000-000000000001',
  title: null,
  status: 'open',
  total: '100.10',
  price: '0.1',
  quantity: 3,
  ratio: 0.2,
  big: '9223372036854775807',
  paid: false,
  starts_at: '2024-02-28T23:00:00.000Z',
  ends_at: '2024-03-01T01:30:00.500Z',
  due: '2024-02-29',
  tags: ['red', 'green', 7],
  details: { colour: 'Blue', size: { width: 10 }, list: [1, [2]], length: 'long' },
};

export const VARIABLES = {
  now: new Date('2024-03-01T00:00:00Z'),
  record: RECORD,
  old: {},
  action: 'create',
  user: { id: 'u1', email: 'ann@example.com', roles: ['agent', 'admin'] },
  related: { customer: { total: '5' }, lines: [{ total: '1.5' }, { total: '2.5' }] },
};

/** The value of a text that has no faults. */
export function evaluate(text: string, variables: Readonly<Record<string, unknown>> = {}): unknown {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.fault.message}`);
  return compileExpression(parsed.expression, SCOPE)({ ...VARIABLES, ...variables });
}

/** The first fault of a text, from parsing or from checking it, as `position: message hint`; null when it has none. */
export function faultOf(text: string): string | null {
  const parsed = parseExpression(text);
  const fault = parsed.ok ? checkExpression(parsed.expression, SCOPE)[0] : parsed.fault;
  if (fault === undefined) return null;
  return [`${fault.position}:`, fault.message, ...(fault.hint === undefined ? [] : [fault.hint])].join(' ');
}
