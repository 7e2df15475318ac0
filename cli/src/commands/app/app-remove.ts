import { appName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { RemoveAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../command-line.ts';
import { confirm } from '../../output/confirm.ts';
import { findLostApps, lossLines } from '../moves/kept-databases.ts';

export interface RemoveAppOptions {
  readonly name: string;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws RocketError `APP_NOT_FOUND` */
export async function removeApp(line: CommandLine, options: RemoveAppOptions): Promise<void> {
  const name = appName(options.name);
  const force = options.force === true;
  const client = await connectAdmin(line);
  const warning = `App ${name} and all its data will be gone for good`;
  const forced = ', even if its shard does not answer and its database cannot be dropped';
  const lost = force && options.yes !== true ? await findLostApps(client, (app) => app.name === name) : [];
  const question = [`${warning}${force ? forced : ''}.`, ...lossLines(lost)].join('\n');
  await confirm(line, lost.length === 0 ? question : `${question}\n`, options.yes);
  const { removeApp: result } = await client.send(RemoveAppDocument, { name, force });
  if (!result.removed) throw new RocketError('APP_NOT_FOUND', `There is no app ${name}`);
  const left = result.leftDatabase;
  const hint = `\nIts database ${left} may be left on the server of its shard: drop it there`;
  printResult(line, {
    json: options.json,
    value: { name, removed: true, leftDatabase: left },
    text: `${name} removed${left === null ? '' : hint}`,
  });
}
