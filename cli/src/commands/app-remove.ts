import { appName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../admin/connect.ts';
import { RemoveAppDocument } from '../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../command-line.ts';
import { confirm } from '../output/confirm.ts';

/** @throws RocketError `APP_NOT_FOUND` */
export async function removeApp(
  line: CommandLine,
  options: { name: string; yes?: boolean; json?: boolean },
): Promise<void> {
  const name = appName(options.name);
  const client = await connectAdmin(line);
  await confirm(line, `App ${name} and all its data will be gone for good.`, options.yes);
  const { removeApp: result } = await client.send(RemoveAppDocument, { name });
  if (!result.removed) throw new RocketError('APP_NOT_FOUND', `There is no app ${name}`);
  printResult(line, { json: options.json, value: { name, removed: true }, text: `${name} removed` });
}
