import type { Command } from 'commander';
import type { CommandLine } from '../../../command-line.ts';
import { numberOf } from '../../number-of.ts';
import type { GivenChoice } from './chosen-events.ts';
import { dropDeadEvents } from './dead-drop.ts';
import { listDeadEvents, showDeadEvent } from './dead-list.ts';
import { replayDeadEvents } from './dead-replay.ts';

const HELP = `
Examples:
  rocket events dead list crm
  rocket events dead show 17
  rocket events dead replay 17 18          those two
  rocket events dead replay --app crm      all of the app, the oldest first
  rocket events dead drop 17

An event that a consumer could not handle for good is put aside with what it failed with. Once the cause is mended, replay
has it handled as if it came now; what was handled before has no second effect.`;

const LISTED = 50;

/** \`rocket events dead ...\` */
export function addDeadEventCommands(events: Command, line: CommandLine): void {
  const dead = events
    .command('dead')
    .description('see the events that could not be handled, handle them again, or drop them')
    .addHelpText('after', HELP);
  dead
    .command('list')
    .description('list them, the newest first')
    .argument('[app]', 'by default all apps')
    .option('--consumer <name>', 'only those that it gave up')
    .option('--limit <number>', `by default ${LISTED}, at most 1000`, numberOf('events'), LISTED)
    .option('--after <id>', 'those before this one of the list')
    .option('--json', 'print the list as JSON')
    .action(
      (
        app: string | undefined,
        options: { consumer?: string; limit: number; after?: string; json?: boolean },
      ) => listDeadEvents(line, { ...options, ...(app === undefined ? {} : { app }) }),
    );
  dead
    .command('show')
    .description('print one with all that is known of it')
    .argument('<id>')
    .option('--json', 'print it as JSON')
    .action((id: string, options: { json?: boolean }) => showDeadEvent(line, id, options));
  choosing(dead.command('replay').description('have them handled again, and drop those that were'))
    .option('--json', 'print what came out as JSON')
    .action((ids: string[], options: GivenChoice & { json?: boolean }) =>
      replayDeadEvents(line, { ...options, ids }),
    );
  choosing(dead.command('drop').description('forget them'))
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((ids: string[], options: GivenChoice & { yes?: boolean; json?: boolean }) =>
      dropDeadEvents(line, { ...options, ids }),
    );
}

function choosing(command: Command): Command {
  return command
    .argument('[ids...]', 'as the list has them; or one of:')
    .option('--app <app>', 'all of the app')
    .option('--consumer <name>', 'all that it gave up')
    .option('--all', 'all there are');
}
