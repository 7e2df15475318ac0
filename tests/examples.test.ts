/** The committed example documents: equal to their generator, valid, and consistent with each other. */
import { readFileSync } from 'node:fs';
import { appName, parseDocument, type SampleRow } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { exampleFiles } from '../examples/generate.ts';

type Rows = Readonly<Record<string, readonly SampleRow[]>>;

const committed = new Map(
  [...exampleFiles().keys()].map((name) => [
    name,
    readFileSync(new URL(`../examples/${name}`, import.meta.url), 'utf8'),
  ]),
);

function rowsOf(name: string): Rows {
  const document: { sample_data: Rows } = JSON.parse(committed.get(name) ?? '');
  return document.sample_data;
}

function keysOf(rows: readonly SampleRow[] | undefined): Set<unknown> {
  return new Set((rows ?? []).map((row) => row['id']));
}

describe('the example documents', () => {
  it.each([...exampleFiles()])('%s is what the generator writes', (name, text) => {
    expect(committed.get(name)).toBe(text);
  });

  it.each([...exampleFiles().keys()])('%s is valid, and nothing in it is suspicious', (name) => {
    const parsed = parseDocument(JSON.parse(committed.get(name) ?? ''), appName(name.replace('.json', '')));
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
  });

  it('place every order, review and ticket with a customer of the CRM', () => {
    const customers = keysOf(rowsOf('crm.json')['customer']);
    const shop = rowsOf('ecommerce.json');
    const referring = [
      ...(shop['order'] ?? []),
      ...(shop['review'] ?? []),
      ...(rowsOf('helpdesk.json')['ticket'] ?? []),
    ];
    expect(referring.length).toBeGreaterThan(500);
    expect(referring.filter((row) => !customers.has(row['customer_id']))).toEqual([]);
  });

  it('sum up every order to its total', () => {
    const shop = rowsOf('ecommerce.json');
    const cents = (value: unknown): number => Math.round(Number(value) * 100);
    const sums = new Map<unknown, number>();
    for (const item of shop['order_item'] ?? []) {
      const line = Number(item['quantity']) * cents(item['unit_price']);
      sums.set(item['order_id'], (sums.get(item['order_id']) ?? 0) + line);
    }
    const orders = shop['order'] ?? [];
    expect(orders.length).toBe(300);
    expect(orders.filter((order) => sums.get(order['id']) !== cents(order['total']))).toEqual([]);
  });
});
