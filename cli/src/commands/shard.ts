import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { addShard, listShards, removeShard } from './shard-admin.ts';

const HELP = `
Examples:
  rocket shard --name s1                 run a shard process (catalog by ROCKET_CATALOG_URL or DATABASE_URL)
  rocket shard add s1 --database postgres://user:password@db1:5432/postgres
  rocket shard list

A shard must have been added before its process can run. \`rocket shard add\` works without a server too: with
ROCKET_CATALOG_URL or DATABASE_URL set, and no server known, it writes into the catalog itself.`;

/** \`rocket shard --name\` runs a shard, \`rocket shard add ...\` tells the platform of one. */
export function addShardCommands(program: Command, line: CommandLine): void {
  const shard = program
    .command('shard')
    .description('Run a shard process, or add, list and remove shards')
    .option('--name <name>', 'run the shard of this name')
    .addHelpText('after', HELP)
    .action(async (options: { name?: string }, command: Command) => {
      if (options.name === undefined) return command.help({ error: true });
      const { runShard } = await import('../process/run-shard.ts');
      await runShard(line, options.name);
    });
  shard
    .command('add')
    .description('register a shard: a Postgres server, and where its process listens')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .requiredOption('--database <url>', 'of the Postgres server: postgres://user:password@host:port/postgres')
    .option('--url <url>', 'of the shard process; by default the process tells it when it starts')
    .option('--json', 'print the result as JSON')
    .action((name: string, options: { database: string; url?: string; json?: boolean }) =>
      addShard(line, { name, ...options }),
    );
  shard
    .command('list')
    .description('list the shards with their apps and health')
    .option('--json', 'print the list as JSON')
    .action((options: { json?: boolean }) => listShards(line, options));
  shard
    .command('remove')
    .description('forget a shard that holds no apps')
    .argument('<name>')
    .action((name: string) => removeShard(line, name));
}
