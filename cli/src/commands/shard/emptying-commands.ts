import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { numberOf } from '../number-of.ts';
import { type DrainOptions, drainShard } from './shard-drain.ts';
import { type RebalanceOptions, rebalanceShards } from './shard-rebalance.ts';

const DRAIN_HELP = `
Examples:
  rocket shard drain s1
  rocket shard drain s1 --parallel 2 --yes --json | jq -c '[.app, .phase]'
  rocket shard drain s1 --cancel           s1 takes apps again; moves in progress go on

Apps go to the shards with the least data. Ctrl-C ends only the following of the moves. Repeating the command moves what
is left. It exits with 1 when an app was not moved, and when the moves were not followed to their end.`;

const REBALANCE_HELP = `
Examples:
  rocket shard rebalance                   what would be moved, and how the shards would be then
  rocket shard rebalance --apply

Sizes and load are measured at that moment. Shards that do not answer, or are drained, are left as they are.`;

/** Commands that move apps for the sake of the shards. */
export function addEmptyingCommands(shard: Command, line: CommandLine): void {
  shard
    .command('drain')
    .description('move all apps of a shard to others, so that it can be removed')
    .argument('<name>')
    .option('--parallel <number>', 'move so many apps at a time, by default one', numberOf('apps'))
    .option('--no-wait', 'end as soon as the moves are recorded')
    .option('--cancel', 'let the shard take apps again')
    .option('--yes', 'do not ask')
    .option('--json', 'print each change as one line of JSON')
    .addHelpText('after', DRAIN_HELP)
    .action((name: string, options: Omit<DrainOptions, 'name'>) => drainShard(line, { name, ...options }));
  shard
    .command('rebalance')
    .description('even out the shards, by the sizes of the apps and how much they are used')
    .option('--plan', 'only show what would be moved, as by default')
    .option('--apply', 'move it')
    .option('--yes', 'do not ask')
    .option('--json', 'print the plan as JSON; with --apply each change as one line')
    .addHelpText('after', REBALANCE_HELP)
    .action((options: RebalanceOptions) => rebalanceShards(line, options));
}
