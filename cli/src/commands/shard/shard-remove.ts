import { shardName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { RemoveShardDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../command-line.ts';
import { confirm } from '../../output/confirm.ts';
import { findKeptOn, findLostApps, type LostApp, lossLines } from '../moves/kept-databases.ts';

export interface RemoveShardOptions {
  readonly name: string;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws RocketError `NOT_FOUND`; `CONFLICT` while it holds apps, unless it is forced */
export async function removeShard(line: CommandLine, options: RemoveShardOptions): Promise<void> {
  const name = shardName(options.name);
  const force = options.force === true;
  const client = await connectAdmin(line);
  if (force && options.yes !== true) {
    const lost = await findLostApps(client, ({ shard }) => shard?.name === name);
    const kept = await findKeptOn(client, name);
    if (lost.length + kept.length > 0) await confirm(line, lossQuestion(name, lost, kept), undefined);
  }
  const { removeShard: removed } = await client.send(RemoveShardDocument, { name, force });
  const { apps: gone, leftDatabases } = removed;
  const left = `\nDatabases may be left on its server: ${leftDatabases.join(', ')}; drop them there`;
  printResult(line, {
    json: options.json,
    value: { name, removed: true, apps: gone, leftDatabases },
    text: `${name} removed${gone.length === 0 ? '' : `, with ${gone.join(', ')}`}${leftDatabases.length === 0 ? '' : left}`,
  });
}

function lossQuestion(name: string, lost: readonly LostApp[], kept: readonly string[]): string {
  const apps = lost.map((app) => app.name).join(', ');
  const what =
    lost.length === 0
      ? [`Shard ${name} will be forgotten.`]
      : [`Shard ${name} and its apps ${apps} will be forgotten, and all data of these apps lost:`];
  const former = `The former databases of ${kept.join(', ')} are kept on it: the moves of these apps cannot be taken back then.`;
  return [...what, ...lossLines(lost), ...(kept.length === 0 ? [] : [former]), ''].join('\n');
}
