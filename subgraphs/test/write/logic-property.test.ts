/** Random rules and state machines, random writes: the pipeline does what a naive evaluator says. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWritePipeline, type WriteResult } from '../../src/write/pipeline.ts';
import { naiveWrite } from '../support/naive-logic.ts';
import { logic, logicDocument, ROLES, STATES } from '../support/random-logic.ts';
import { NUMBERS, type Row } from '../support/random-meaning.ts';
import {
  callerWith,
  createWriteApp,
  entity,
  LOGGER,
  parseApp,
  WEBHOOKS,
  type WriteApp,
} from '../support/write-app.ts';

/** More of them by hand: `LOGIC_CASES=1000 npx vitest run ...`. */
const CASES = Number(process.env['LOGIC_CASES'] ?? 200);
const COLUMNS = [...NUMBERS, 'status', 'mark'];
const BASE = {
  version: 1,
  entities: [
    entity('thing', [
      ...NUMBERS.map((name) => ({ name, type: 'int' })),
      { name: 'status', type: 'string', enum: STATES },
      { name: 'mark', type: 'string' },
    ]),
  ],
  permissions: ['read', 'create', 'update'].map((action) => ({ entity: 'thing', action, roles: ROLES })),
};

let app: WriteApp;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate(BASE);
});
afterAll(() => app.dispose());

const number = fc.option(fc.integer({ min: -4, max: 8 }), { freq: 4 });
const input: fc.Arbitrary<Row> = fc.record(
  { a: number, b: number, c: number, status: fc.option(fc.constantFrom(...STATES), { freq: 8 }) },
  { requiredKeys: [] },
);
const writesOf = fc.array(fc.record({ input, role: fc.constantFrom(...ROLES) }), {
  minLength: 2,
  maxLength: 8,
});

async function storedRow(key: string): Promise<Row> {
  const text = `SELECT ${COLUMNS.join(', ')} FROM things WHERE id = $1::uuid`;
  const [row] = await app.database.query({ text, values: [key] });
  return Object.fromEntries(COLUMNS.map((name, index) => [name, row?.[index] ?? null])) as Row;
}

function faultsOf(result: WriteResult): [string | null, string | null][] {
  return result.ok ? [] : result.errors.map(({ rule, path }) => [rule, path[1] ?? null]);
}

it('holds for random documents and writes', async () => {
  await fc.assert(
    fc.asyncProperty(logic, writesOf, async (of, writes) => {
      const { model } = parseApp({ ...BASE, ...logicDocument(of) });
      const pipeline = createWritePipeline({
        database: app.database,
        model,
        logger: LOGGER,
        webhooks: WEBHOOKS,
        outbox: app.outbox,
      });
      let key: string | null = null;
      let row: Row | null = null;
      for (const write of writes) {
        const caller = callerWith([write.role]);
        const expected = naiveWrite(of, row, write.input, write.role);
        const result: WriteResult =
          key === null
            ? await pipeline.create(caller, 'thing', write.input)
            : await pipeline.update(caller, 'thing', { id: key, patch: write.input });
        expect(faultsOf(result)).toEqual(expected.errors);
        if (result.ok) {
          key = result.key;
          row = expected.row;
        }
        if (key !== null) expect(await storedRow(key)).toEqual(row);
      }
    }),
    { numRuns: CASES },
  );
}, 300_000);
