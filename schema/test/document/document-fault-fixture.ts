import { expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { APP, entity, type JsonObject, KEY, manyToMany, oneToMany } from '../support/document-fixture.ts';

export const STATUS: JsonObject = { name: 'status', type: 'string', enum: ['open', 'done'], default: 'open' };
export const TICKET = entity('ticket', [
  { name: 'title', type: 'string', required: true },
  STATUS,
  KEY('customer_id'),
]);
export const CUSTOMER = entity('customer', [{ name: 'name', type: 'string' }]);
export const field = (extra: JsonObject): JsonObject => ({ entities: [entity('ticket', [extra])] });
export const both = (extra: JsonObject): JsonObject => ({ entities: [TICKET, CUSTOMER], ...extra });
export const relation = (extra: JsonObject): JsonObject =>
  both({
    relations: [{ ...oneToMany('customer_tickets', ['customer', 'ticket', 'customer_id']), ...extra }],
  });
export const join = (extra: JsonObject): JsonObject =>
  both({ relations: [manyToMany('links', ['customer', 'ticket'], extra)] });
export const key = (primary_key: JsonObject): JsonObject => ({
  entities: [entity('ticket', [], { primary_key })],
});
export const slug = (slugPart: JsonObject, fields: JsonObject[] = []): JsonObject => ({
  entities: [entity('ticket', fields, { slug: slugPart })],
});
export const rule = (definition: JsonObject, type = 'field'): JsonObject =>
  both({ rules: [{ entity: 'ticket', type, definition }] });
export const machine = (definition: JsonObject, extra: JsonObject = {}): JsonObject =>
  both({ state_machines: [{ entity: 'ticket', field: 'status', definition, ...extra }] });
export const workflow = (steps: JsonObject[], trigger: JsonObject = {}, extra: JsonObject = {}): JsonObject =>
  both({
    workflows: [
      {
        name: 'w',
        trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'done', ...trigger },
        steps,
        ...extra,
      },
    ],
  });
export const condition = (value: JsonObject): JsonObject =>
  both({ permissions: [{ entity: 'ticket', action: 'read', roles: ['a'], conditions: [value] }] });
export const webhook = (extra: JsonObject): JsonObject =>
  both({ webhooks: [{ entity: 'ticket', url: 'https://a.test', ...extra }] });
export const sample = (row: JsonObject, table = 'ticket'): JsonObject =>
  both({ sample_data: { [table]: [row] } });

/** A document, and the paths of the errors that it has: exactly these, in this order. */
export type FaultCase = readonly [name: string, document: JsonObject, paths: readonly string[]];

export function itRefuses(cases: readonly FaultCase[]): void {
  it.each(cases)('%s', (_name, document, paths) => {
    expect(faultPaths(document)).toEqual(paths);
  });
}

export function faultPaths(document: JsonObject): string[] {
  const result = parseDocument({ version: 1, ...document }, APP);
  return result.ok ? [] : result.faults.map((fault) => fault.path);
}
