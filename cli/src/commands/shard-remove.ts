import { shardName } from '@rocket/schema';
import type { AdminClient } from '../admin/client.ts';
import { connectAdmin } from '../admin/connect.ts';
import { ListPlacedAppsDocument, RemoveShardDocument } from '../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../command-line.ts';
import { confirm } from '../output/confirm.ts';

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
  const apps = force ? await placedApps(client, name) : [];
  if (apps.length > 0) {
    const lost = `Shard ${name} and its apps ${apps.join(', ')} will be forgotten, and all data of these apps lost.`;
    await confirm(line, lost, options.yes);
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

async function placedApps(client: AdminClient, name: string): Promise<readonly string[]> {
  const { shards } = await client.send(ListPlacedAppsDocument, {});
  return shards.find((shard) => shard.name === name)?.apps ?? [];
}
