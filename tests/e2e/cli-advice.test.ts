import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { notesDocument } from '../harness/notes.ts';
import { rocketCommands } from '../harness/rocket-commands.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../harness/servers/rocket-process.ts';

describe('advice on the command line', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let server: RocketProcess;

  const { rocket, succeed } = rocketCommands(() => ({ ROCKET_DATA_DIR: directory.path }));

  beforeAll(async () => {
    directory = await temporaryDirectory();
    server = await startRocket(['start'], {
      ROCKET_DATA_DIR: directory.path,
      ROCKET_DEMO: '0',
      ROCKET_SLOW_QUERY_MS: '1',
    });
    await server.waitFor('/ready');
    await succeed(['app', 'import', 'notes', '-'], JSON.stringify(notesDocument()));
  });

  afterAll(async () => {
    await server.end();
    await directory.dispose();
  });

  test('says that there is nothing to do, then what, and for whom', async () => {
    expect(await succeed(['app', 'advise', 'notes'])).toContain('Nothing to advise for notes');
    const { token } = JSON.parse(await readFile(join(directory.path, 'server.json'), 'utf8'));
    const ask = async (query: string) => {
      const { errors } = await askGraphql(`${server.url}/apps/notes/graphql`, query, { token, once: true });
      expect(errors).toEqual([]);
    };
    await ask('query Find { notes(where: { title: { eq: "x" } }, orderBy: [{ rank: DESC }]) { id } }');
    await ask('query Find { notes(where: { title: { eq: "y" } }, orderBy: [{ rank: DESC }]) { id } }');
    await ask('query Top { notes(where: { rank: { gte: 7 } }, orderBy: [{ rank: DESC }]) { id } }');

    const text = await succeed(['app', 'advise', 'notes']);
    expect(text).toMatch(/^1\. note, about [\d,]+ records, asked 2 times$/m);
    expect(text).toContain('   Set "indexed": true for note.title in the document, and import it.\n');
    expect(text).toContain('     title equal, ordered by rank descending, id descending: 2 times, as Find\n');
    expect(text).toContain('     rank in a range, ordered by rank descending, id descending: once, as Top\n');
    expect(JSON.parse(await succeed(['app', 'advise', 'notes', '--json']))).toMatchObject({
      since: expect.any(String),
      suggestions: [
        { entity: 'note', count: 2, remedy: { __typename: 'DocumentRemedy', field: 'note.title' } },
        { entity: 'note', count: 1, remedy: { __typename: 'DocumentRemedy', field: 'note.rank' } },
      ],
    });

    await succeed(['app', 'import', 'notes', '-'], JSON.stringify(notesDocument({ indexed: true })));
    expect(await succeed(['app', 'advise', 'notes'])).toMatch(
      /Run in the app's database:\n +CREATE INDEX CONCURRENTLY .* ON "notes" \("title", "rank", "id"\);\n/,
    );
  });

  test('lists slow statements, with their plans where they are asked for', async () => {
    const plain = await succeed(['app', 'slow-queries', 'notes']);
    expect(plain).toMatch(/^\d+\. .*: .*, worst [\d,.]+ ms, mean [\d,.]+ ms, last at \d{4}-/m);
    expect(plain).toMatch(/^ {3}INSERT INTO "notes" /m);
    expect(plain).not.toMatch(/^ {3}Plan$/m);
    expect(await succeed(['app', 'slow-queries', 'notes', '--plans'])).toMatch(
      /^ {3}Plan\n {5}Insert on notes/m,
    );
    const list = JSON.parse(await succeed(['app', 'slow-queries', 'notes', '--json']));
    expect(list).toContainEqual(
      expect.objectContaining({
        sql: expect.stringContaining('INSERT INTO "notes"'),
        operation: null,
        plan: null,
      }),
    );
  });

  test('is refused for an app that is not there', async () => {
    for (const command of ['advise', 'slow-queries']) {
      expect(await rocket(['app', command, 'nowhere'])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('There is no app nowhere'),
      });
      expect(await rocket(['app', command])).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
