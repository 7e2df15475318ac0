import { appName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { ListSlowQueriesDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatSlowQueries } from '../../output/slow-queries.ts';

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function listSlowQueries(
  line: CommandLine,
  options: { name: string; plans?: boolean; json?: boolean },
): Promise<void> {
  const name = appName(options.name);
  const client = await connectAdmin(line);
  const { appSlowQueries } = await client.send(ListSlowQueriesDocument, {
    name,
    plans: options.plans === true,
  });
  if (options.json === true) printJson(line, appSlowQueries);
  else print(line, formatSlowQueries(name, appSlowQueries));
}
