import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { type MoveAppOptions, moveApp } from './app-move.ts';
import { type MovesOptions, showMoves } from './app-moves.ts';
import { restoreApp } from './app-restore.ts';

const MOVE_HELP = `
Examples:
  rocket app move crm --to s2
  rocket app move crm --back               to where the last move came from, while the former database is kept
  rocket app move crm --abort              undo the move that is in progress; the app stays where it is
  rocket app move crm --to s2 --json | jq -c '[.phase, .bytesDone, .bytesTotal]'

The app is in use in the meantime; its writes wait for a moment when the target is taken. A worker does the move, so
Ctrl-C ends only the following of it. With --json each line is the move as it has become. It exits with 1 when the move
has failed or was aborted, and when it was not followed to its end.`;

const MOVES_HELP = `
Examples:
  rocket app moves                         the last moves of all apps, the newest first
  rocket app moves --open                  those in progress
  rocket app moves crm --steps             the steps of the last move of crm, and who took them
  rocket app moves crm --follow            until the move in progress is over`;

const RESTORE_HELP = `
Examples:
  rocket app restore-to s2 crm                          a database with the name that the app's database had
  rocket app restore-to s2 crm --database crm_restored

For an app whose shard is lost: first restore its database from a backup onto the Postgres of another shard.`;

/** Commands that say where an app is. */
export function addPlacementCommands(app: Command, line: CommandLine): void {
  app
    .command('move')
    .description('move an app to another shard while it is in use')
    .argument('<name>')
    .option('--to <shard>', 'where to')
    .option('--back', 'take back the last move')
    .option('--abort', 'undo the move that is in progress')
    .option('--no-wait', 'end as soon as it is recorded')
    .option('--json', 'print each change as one line of JSON')
    .addHelpText('after', MOVE_HELP)
    .action((name: string, options: Omit<MoveAppOptions, 'name'>) => moveApp(line, { name, ...options }));
  app
    .command('moves')
    .description('list the moves of apps between shards, the newest first')
    .argument('[name]', 'of one app; by default of all')
    .option('--open', 'only those in progress')
    .option('--steps', 'the steps of the last move of the app')
    .option('--follow', 'show those in progress until they are over')
    .option('--json', 'print the list as JSON; with --follow each change as one line')
    .addHelpText('after', MOVES_HELP)
    .action((name: string | undefined, options: Omit<MovesOptions, 'name'>) =>
      showMoves(line, { ...(name === undefined ? {} : { name }), ...options }),
    );
  app
    .command('restore-to')
    .description('serve an app whose shard is lost from a database that was restored from a backup')
    .argument('<shard>', 'on whose Postgres the restored database is')
    .argument('<name>', 'of the app')
    .option('--database <name>', 'of the restored database; by default as the app had it')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', RESTORE_HELP)
    .action((shard: string, name: string, options: { database?: string; yes?: boolean; json?: boolean }) =>
      restoreApp(line, { shard, name, ...options }),
    );
}
