import { revision } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleActivation } from '../../src/activation/settle-activation.ts';
import { createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

const things = (...fields: string[]) => ({
  version: 1,
  entities: [
    entity(
      'thing',
      fields.map((name) => ({ name, type: 'string' })),
    ),
  ],
});

let app: WriteApp;
beforeAll(async () => {
  app = await createWriteApp();
  await app.activate(things('name'));
});
afterAll(() => app.dispose());

describe('an activation whose answer was lost', () => {
  it('is active when the tables are at its revision, however often that is asked', async () => {
    expect(await settleActivation(app.database, revision(1))).toBe('active');
    expect(await settleActivation(app.database, revision(1))).toBe('active');
    expect((await app.activate(things('name'))).changes).toEqual([]);
  });

  it('changes nothing any more once it was given up', async () => {
    expect(await settleActivation(app.database, revision(2))).toBe('abandoned');
    await expect(app.activate(things('name', 'more'), { revision: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const text = `SELECT attname FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'more'`;
    expect(await app.database.query({ text, values: [] })).toEqual([]);
    expect(await settleActivation(app.database, revision(1))).toBe('active');
    expect((await app.activate(things('name', 'more'), { revision: 3 })).changes).toHaveLength(1);
  });

  it('is waited for while it is under way', async () => {
    const activation = app.activate(things('name', 'more', 'slow'), { revision: 4 });
    const settlement = settleActivation(app.database, revision(4));
    const [activated, settled] = await Promise.allSettled([activation, settlement]);
    // Whichever came first, both say the same.
    expect([activated.status, settled.status === 'fulfilled' ? settled.value : settled.reason]).toBeOneOf([
      ['fulfilled', 'active'],
      ['rejected', 'abandoned'],
    ]);
  });
});
