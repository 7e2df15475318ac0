/** What anybody would do who moves a database by hand: `pg_dump | pg_restore`, where they are installed. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createDatabaseIfMissing, databaseUrl, dropDatabase } from '@rocket/platform';
import { Client } from 'pg';
import { z } from 'zod';
import { withCleanUp } from '../clean-up.ts';
import { COPY_NAME, type CopyRoute } from './copy-by-hand.ts';

const run = promisify(execFile);
const PROGRAMS = ['pg_dump', 'pg_restore'];
/** The one reads what the other one writes without a file between them. */
const PIPE = `pg_dump --format=custom --compress=none --no-publications --no-subscriptions --dbname "$SOURCE" |
  pg_restore --no-owner --exit-on-error --dbname "$TARGET"`;

/** Why these programs cannot be used; null when they can. */
export async function whyNoDump(url: string): Promise<string | null> {
  const server = await serverMajor(url);
  for (const program of PROGRAMS) {
    const version = await run(program, ['--version']).catch(() => null);
    if (version === null) return `${program} is not installed`;
    const major = Number(/\) (\d+)/.exec(version.stdout)?.[1]);
    if (!(major >= server)) return `${program} ${major} is older than the server, ${server}`;
  }
  return null;
}

/** Milliseconds. The copy is removed again. */
export async function dumpAndRestore({ from, to }: CopyRoute): Promise<number> {
  return await withCleanUp(async (cleanUp) => {
    const beganAtMs = performance.now();
    await createDatabaseIfMissing(to, COPY_NAME);
    cleanUp.push(() => dropDatabase(to, COPY_NAME));
    const env = { ...process.env, SOURCE: from, TARGET: databaseUrl(to, COPY_NAME) };
    await run('sh', ['-c', PIPE], { env });
    return performance.now() - beganAtMs;
  });
}

async function serverMajor(url: string): Promise<number> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
    return z.tuple([z.object({ major: z.number() })]).parse(rows)[0].major;
  } finally {
    await client.end();
  }
}
