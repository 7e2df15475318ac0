/** A name that is given again is another app: nothing that is kept in memory may bring the former one's rules back. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteEntity } from './harness/note-entity.ts';
import { createWorld, type World } from './harness/world.ts';

const NOTE_ID = '11111111-1111-4111-8111-111111111111';

/** @param roles who may read notes */
const notes = (roles: readonly string[], more: Record<string, unknown> = {}) => ({
  version: 1,
  entities: [noteEntity({ name: 'text', type: 'string', unique: true })],
  permissions: [{ entity: 'note', action: 'read', roles }],
  sample_data: { note: [{ id: NOTE_ID, text: 'secret' }] },
  ...more,
});
/** Valid as a document, but too long for a unique index, also when it is compressed. */
const UNFIT_TEXT = randomBytes(20_000).toString('hex');
const UNFIT_ROWS = { sample_data: { note: [{ id: NOTE_ID, text: UNFIT_TEXT }] } };

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.dispose());

const askAnonymously = (name: string) => world.askApp(name, '{ notes { text } }', { token: null });
const removeApp = (name: string) =>
  world.ask('/admin/graphql', `mutation { removeApp(name: "${world.app(name)}") { removed } }`);
const REFUSED = { data: { notes: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

describe('an app under the name of a removed one', () => {
  it('is served by its own document at once', async () => {
    expect((await world.importApp('reborn', notes(['public']))).errors).toEqual([]);
    expect((await askAnonymously('reborn')).data).toEqual({ notes: [{ text: 'secret' }] });
    expect((await removeApp('reborn')).data).toEqual({ removeApp: { removed: true } });
    expect((await world.importApp('reborn', notes(['clerk']))).errors).toEqual([]);
    expect(await askAnonymously('reborn')).toMatchObject(REFUSED);
  });
});

describe('a document that follows a first import that failed', () => {
  it('is served, not the refused one', async () => {
    const refused = await world.importApp('mended', notes(['public'], UNFIT_ROWS));
    expect(refused.errors).toMatchObject([{ message: expect.stringContaining('The sample rows of note') }]);
    expect((await world.importApp('mended', notes(['clerk']))).errors).toEqual([]);
    expect(await askAnonymously('mended')).toMatchObject(REFUSED);
  });
});
