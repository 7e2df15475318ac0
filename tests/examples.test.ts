/** The committed example documents: equal to their generator, valid, and consistent with each other. */
import { readFileSync } from 'node:fs';
import {
  appName,
  buildModel,
  composeGraph,
  ERROR_CATALOGUE,
  parseDocument,
  type SampleRow,
} from '@rocket/schema';
import {
  buildSchema,
  type GraphQLSchema,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
} from 'graphql';
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

  it.each([...exampleFiles().keys()])('%s is valid, and warns of nothing', (name) => {
    const parsed = parseDocument(JSON.parse(committed.get(name) ?? ''), appName(name.replace('.json', '')));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(parsed.warnings).toEqual([]);
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

/** The graph of the CRM as clients see it, with the other two apps as neighbours. */
function crmGraph(): GraphQLSchema {
  const members = [...committed].map(([name, text]) => {
    const app = appName(name.replace('.json', ''));
    const parsed = parseDocument(JSON.parse(text), app);
    if (!parsed.ok) throw new Error(`${name} is not valid`);
    return [app, buildModel(parsed.document, app)] as const;
  });
  const composition = composeGraph({ home: appName('crm'), members: new Map(members) });
  if (!composition.ok) throw new Error(composition.errors.join('\n'));
  return buildSchema(composition.supergraphSdl);
}

describe('the documentation', () => {
  const schema = crmGraph();
  const queries = ['../README.md', '../docs/front-end.md', '../docs/partners.md'].flatMap((page) => {
    const text = readFileSync(new URL(page, import.meta.url), 'utf8');
    return [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query = '']) => query);
  });

  it.each(queries)('shows a request that the graph of crm accepts: %s', (query) => {
    expect(validate(schema, parse(query))).toEqual([]);
  });

  it('tells code generators what each scalar is in JSON', () => {
    const text = readFileSync(new URL('../docs/front-end.md', import.meta.url), 'utf8');
    const [, mapping = ''] = /scalars: \{\n([\s\S]*?)\n {8}\}/.exec(text) ?? [];
    const own = Object.values(schema.getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type) && !type.name.includes('__'),
    );
    expect(own.length).toBeGreaterThan(4);
    expect(own.map(({ name }) => name).filter((name) => !mapping.includes(`${name}: `))).toEqual([]);
  });

  it('shows requests at all', () => {
    expect(queries.length).toBeGreaterThan(5);
  });

  it('lists every error with its status and whether to repeat the request', () => {
    const text = readFileSync(new URL('../docs/integrators.md', import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const missing = Object.entries(ERROR_CATALOGUE).filter(
      ([code, { status, retryable }]) =>
        !rows.some(
          (row) => row.includes(`\`${code}\``) && row.includes(`| ${status} | ${retryable ? 'yes' : 'no'} |`),
        ),
    );
    expect(missing).toEqual([]);
  });
});
