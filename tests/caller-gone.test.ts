/** What goes on for a caller who has closed their connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoteApp } from './harness/note-app.ts';
import { until } from './harness/until.ts';

let app: NoteApp;
beforeAll(async () => {
  // Longer than the test: it is not the deadline that ends anything here.
  app = await NoteApp.create({ ROCKET_REQUEST_TIMEOUT_MS: '600000' });
});
afterAll(() => app?.dispose());

const isActive = (count: number) => async () => (await app.backends('active')) === count;

describe('a caller who goes away', () => {
  it('ends what is read for them, in Postgres too', async () => {
    await app.whileLocked(async () => {
      const leaving = new AbortController();
      const answer = app.read(leaving.signal);
      await until(isActive(1));
      leaving.abort();
      await expect(answer).rejects.toThrow('abort');
      await until(isActive(0));
    });
    expect((await app.read()).body).toEqual({ data: { notes: [{ title: 'Lorem' }] } });
  });

  it('does not end what they have begun to write', async () => {
    const leaving = new AbortController();
    const answer = await app.whileLocked(async () => {
      const written = app.ask(
        'mutation { createNote(input: {title: "Ipsum"}) { note { id } } }',
        leaving.signal,
      );
      await until(isActive(1));
      leaving.abort();
      await expect(written).rejects.toThrow('abort');
      return await app.backends('active');
    });
    expect(answer).toBe(1);
    await until(async () => JSON.stringify((await app.read()).body).includes('Ipsum'));
  });
});
