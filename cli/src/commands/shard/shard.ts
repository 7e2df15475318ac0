import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { addEmptyingCommands } from './emptying-commands.ts';
import { type AddShardOptions, addShard, setShardReplicas } from './shard-admin.ts';
import { listShards } from './shard-list.ts';
import { removeShard } from './shard-remove.ts';

const HELP = `
Examples:
  rocket shard --name s1                 run a shard process (catalog by ROCKET_CATALOG_URL or DATABASE_URL)
  rocket shard add s3                    a third one in a running \`rocket start\`, on its Postgres
  rocket shard add s1 --database postgres://user:password@db1:5432/postgres
  rocket shard set-replicas s1 postgres://user:password@db2:5432/postgres
  rocket shard list

A shard must have been added before its process can run. \`rocket shard add\` works without a server too: with
ROCKET_CATALOG_URL or DATABASE_URL set, and ROCKET_URL not, it writes into the catalog itself.`;

/** \`rocket shard --name\` runs a shard, \`rocket shard add ...\` registers one. */
export function addShardCommands(program: Command, line: CommandLine): void {
  const shard = program
    .command('shard')
    .description('Run a shard process, or add, list, empty, even out and remove shards')
    .option('--name <name>', 'run the shard of this name')
    .addHelpText('after', HELP)
    .action(async (options: { name?: string }, command: Command) => {
      if (options.name === undefined) return command.help({ error: true });
      const { runShard } = await import('../../process/run-shard.ts');
      await runShard(line, options.name);
    });
  shard
    .command('add')
    .description('add a shard: to a running `rocket start`, or a Postgres server with processes of its own')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option(
      '--database <url>',
      'of the Postgres server; without it, a running `rocket start` serves the shard itself',
    )
    .option('--url <url>', 'of the shard process; by default the process tells it when it starts')
    .option('--replica <url>', 'of a streaming replica of that server; may be repeated', collect)
    .option('--json', 'print the result as JSON')
    .action((name: string, options: Omit<AddShardOptions, 'name'>) => addShard(line, { name, ...options }));
  shard
    .command('set-replicas')
    .description('replace the replicas of a shard; its processes follow without a restart')
    .argument('<name>')
    .argument('[urls...]', 'of all streaming replicas; none takes them away')
    .option('--database <url>', 'another address of the primary, as after a promotion')
    .option('--json', 'print the result as JSON')
    .action((name: string, replicas: string[], options: { database?: string; json?: boolean }) =>
      setShardReplicas(line, { name, replicas, ...options }),
    );
  shard
    .command('list')
    .description('list the shards with what serves them, their apps and Postgres servers')
    .option('--json', 'print the list as JSON')
    .action((options: { json?: boolean }) => listShards(line, options));
  shard
    .command('remove')
    .description('forget a shard that holds no apps')
    .argument('<name>')
    .option('--force', 'with the apps that are placed on it, whose data is lost')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((name: string, options: { force?: boolean; yes?: boolean; json?: boolean }) =>
      removeShard(line, { name, ...options }),
    );
  addEmptyingCommands(shard, line);
}

function collect(value: string, former: readonly string[] = []): readonly string[] {
  return [...former, value];
}
