import { appName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../admin/connect.ts';
import { RemoveAppDocument } from '../admin/generated/operations.ts';
import { type CommandLine, print } from '../command-line.ts';
import { confirm } from '../output/confirm.ts';

export interface RemoveAppOptions {
  readonly name: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** @throws RocketError `APP_NOT_FOUND` */
export async function removeApp(line: CommandLine, options: RemoveAppOptions): Promise<void> {
  const name = appName(options.name);
  const force = options.force === true;
  const client = await connectAdmin(line);
  const warning = `App ${name} and all its data will be gone for good`;
  const forced = ', even if its shard does not answer and its database cannot be dropped';
  await confirm(line, `${warning}${force ? forced : ''}.`, options.yes);
  const { removeApp: result } = await client.send(RemoveAppDocument, { name, force });
  if (!result.removed) throw new RocketError('APP_NOT_FOUND', `There is no app ${name}`);
  print(line, `${name} removed`);
  if (result.leftDatabase !== null) {
    print(line, `Its database ${result.leftDatabase} may be left on the server of its shard: drop it there`);
  }
}
