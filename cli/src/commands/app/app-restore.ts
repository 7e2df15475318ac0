import { appName, shardName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { RestoreAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../command-line.ts';
import { confirm } from '../../output/confirm.ts';

export interface RestoreAppOptions {
  readonly name: string;
  readonly shard: string;
  readonly database?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Serves an app from a database that somebody has restored from a backup. */
export async function restoreApp(line: CommandLine, options: RestoreAppOptions): Promise<void> {
  const name = appName(options.name);
  const shard = shardName(options.shard);
  const database = options.database ?? null;
  const client = await connectAdmin(line);
  const place =
    database === null
      ? `the database on the Postgres of ${shard} that has the name of its former one`
      : `the database ${database} on the Postgres of ${shard}`;
  const lost = 'What was written after the backup from which that database was restored is lost.';
  await confirm(line, `From now on app ${name} is served from ${place}. ${lost}`, options.yes);
  const { restoreApp: app } = await client.send(RestoreAppDocument, { name, shard, database });
  printResult(line, {
    json: options.json,
    value: { name: app.name, shard: app.shard?.name ?? null, epoch: app.epoch, url: app.url },
    text: `${app.name} is served from its restored database on ${app.shard?.name ?? shard}, at ${app.url}`,
  });
}
