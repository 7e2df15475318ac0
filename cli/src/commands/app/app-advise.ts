import { appName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { AdviseAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatAdvice } from '../../output/advice.ts';

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function adviseApp(line: CommandLine, options: { name: string; json?: boolean }): Promise<void> {
  const name = appName(options.name);
  const client = await connectAdmin(line);
  const { appAdvice } = await client.send(AdviseAppDocument, { name });
  if (options.json === true) printJson(line, appAdvice);
  else print(line, formatAdvice(name, appAdvice));
}
