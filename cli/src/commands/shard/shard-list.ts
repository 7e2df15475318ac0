import { connectAdmin } from '../../admin/connect.ts';
import { ListShardsDocument, type ListShardsQuery } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatBytes } from '../../output/numbers.ts';
import { formatTable } from '../../output/table.ts';

export async function listShards(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { shards } = await client.send(ListShardsDocument, {});
  if (options.json === true) {
    printJson(line, shards.map(shardJson));
    return;
  }
  const rows = shards.map(({ name, state, process, url, servers, apps }) => [
    name,
    `${STATES[process] ?? process}${state === 'draining' ? ', draining' : ''}`,
    url ?? '-',
    serverCells(servers),
    apps.join(', ') || '-',
  ]);
  const header = ['NAME', 'STATE', 'URL', 'POSTGRES', 'APPS'];
  print(
    line,
    formatTable(header, rows, 'No shards yet: add one with `rocket shard add NAME --database URL`.'),
  );
}

/** Texts for the states of a shard's process. */
const STATES: Readonly<Record<string, string>> = {
  in_gateway: 'in the gateway',
  answers: 'answers',
  silent: 'does not answer',
  never_started: 'never started',
};

/** `state` is as in the table; whether the shard takes new apps is a separate property. */
function shardJson({ state, process, ...shard }: ListShardsQuery['shards'][number]) {
  return { ...shard, state: process, draining: state === 'draining' };
}

type Server = ListShardsQuery['shards'][number]['servers'][number];

/** `db-1:5432, db-2:5432 (replica, 1.2 MB behind), db-3:5432 (does not answer)` */
function serverCells(servers: readonly Server[]): string {
  return servers
    .map((server) => {
      const facts = [
        ...(server.role === 'replica' ? ['replica'] : []),
        ...(server.problem === null ? [] : [server.problem]),
        ...(server.lagBytes === null || server.lagBytes === 0
          ? []
          : [`${formatBytes(server.lagBytes)} behind`]),
      ];
      return facts.length === 0 ? server.name : `${server.name} (${facts.join(', ')})`;
    })
    .join(', ');
}
