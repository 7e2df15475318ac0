/** Times are compared as exactly as Postgres holds them, and pages go on at the very microsecond. */
import { parseWhere, readFilter } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStatement } from '../../src/statement/read-statement.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { ADMIN, entity } from '../support/write-app.ts';

const DOCUMENT = {
  version: 1,
  entities: [entity('moment', [{ name: 'at', type: 'timestamp' }], { keyType: 'int', generated: false })],
  sample_data: { moment: [1, 2, 3, 4].map((id) => ({ id })) },
};
/** Times of one millisecond, and one microsecond before it. */
const TIMES = ['12:00:00.122999', '12:00:00.123', '12:00:00.123001', '12:00:00.123999'];

let app: ReadApp;
beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
  for (const [index, time] of TIMES.entries()) {
    await app.database.query({
      text: 'UPDATE moments SET at = $1::timestamptz WHERE id = $2',
      values: [`2026-01-31 ${time}Z`, index + 1],
    });
  }
});
afterAll(() => app?.dispose());

/** Keys of the records that a filter finds. */
async function find(where: unknown): Promise<unknown> {
  const moment = app.model.entities.get('moment');
  if (moment === undefined) throw new Error('The app has moments');
  const filters = {
    caller: ADMIN,
    target: () => undefined,
    readable: () => readFilter(app.model, { entity: 'moment', action: 'read', caller: ADMIN }),
  };
  const access = filters.readable();
  if (access === 'forbidden') throw new Error('Admins read everything');
  const source = { entity: moment, access, withDeleted: false, where: parseWhere(where, moment, filters) };
  const order = [{ via: [], field: moment.primaryKey, descending: false }];
  const page = {
    source,
    order,
    distinctOn: [],
    limit: 10,
    offset: 0,
    after: null,
    before: null,
    reversed: false,
  };
  const record = {
    entity: moment,
    fields: [{ key: 'id', kind: 'column' as const, field: moment.primaryKey }],
  };
  const [row] = await app.database.query(
    readStatement([{ kind: 'list', list: { page, record } }], { maxRecords: 100, maxCountingMs: 2_000 }),
  );
  const records: { id: string }[] = JSON.parse(String(row?.[0]));
  return records.map(({ id }) => Number(id));
}

describe('times finer than a millisecond', () => {
  const AT = '2026-01-31T12:00:00';
  it.each([
    [{ eq: `${AT}.123Z` }, [2]],
    [{ eq: `${AT}.123001Z` }, [3]],
    [{ ne: `${AT}.123001Z` }, [1, 2, 4]],
    [{ gt: `${AT}.123Z` }, [3, 4]],
    [{ gte: `${AT}.123001Z` }, [3, 4]],
    [{ gt: `${AT}.123998Z` }, [4]],
    [{ lt: `${AT}.123001Z` }, [1, 2]],
    [{ lte: `${AT}.122999+00:00` }, [1]],
    [{ in: [`${AT}.123001Z`, '2026-01-31T13:30:00.122999+01:30'] }, [1, 3]],
    [{ eq: `${AT}.1235Z` }, []],
  ])('are compared at the microsecond: %o', async (condition, found) => {
    expect(await find({ at: condition })).toEqual(found);
  });

  it.each(['ASC', 'DESC'])('are paged over without repeating or skipping: %s', async (direction) => {
    const seen: unknown[] = [];
    let after: unknown = null;
    for (let page = 0; page < TIMES.length; page++) {
      const { data, errors } = await app.ask(
        `query ($after: String) { page: momentsConnection(first: 1, after: $after, orderBy: [{ at: ${direction} }]) {
          nodes { id } pageInfo { endCursor } } }`,
        { variables: { after } },
      );
      expect(errors).toEqual([]);
      const found = data?.['page'] as {
        nodes: { id: string }[];
        pageInfo: { endCursor: string };
      };
      seen.push(...found.nodes.map(({ id }) => Number(id)));
      after = found.pageInfo.endCursor;
    }
    expect(seen).toEqual(direction === 'ASC' ? [1, 2, 3, 4] : [4, 3, 2, 1]);
  });
});
