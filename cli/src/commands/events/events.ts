import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { addDeadEventCommands } from './dead/dead-events.ts';
import { checkEventSettings } from './events-check.ts';
import { showEventStatus } from './events-status.ts';
import { tailEvents } from './events-tail.ts';

const TAIL_HELP = `
Examples:
  rocket events tail                       of all apps
  rocket events tail crm --entity deal
  rocket events tail crm --json | jq -c 'select(.op == "delete") | .key'

It begins with the last events and goes on until Ctrl-C, also when the server is started again. What was missed is said on
the standard error. With --json each line is one event as it was published.`;

const CHECK_HELP = `
Examples:
  NATS_URL=nats://nats-1:4222,nats://nats-2:4222 rocket events check
  NATS_URL=nats://nats-1:4222 ROCKET_EVENTS_REPLICAS=3 rocket events check --apply

It connects to NATS itself, by the settings of this environment, and compares the stream with what they say. The exit code
is 1 when something differs. --apply changes what a running server can change.`;

/** \`rocket events ...\` */
export function addEventsCommands(program: Command, line: CommandLine): void {
  const events = program
    .command('events')
    .description('Watch what changes in the apps, and how the events are doing');
  events
    .command('tail')
    .description('print events as they come')
    .argument('[app]', 'by default all apps')
    .option('--entity <entity>', 'only events of this entity')
    .option('--json', 'print each event as one line of JSON')
    .addHelpText('after', TAIL_HELP)
    .action((app: string | undefined, options: { entity?: string; json?: boolean }) =>
      tailEvents(line, { ...options, ...(app === undefined ? {} : { app }) }),
    );
  events
    .command('status')
    .description('say how the stream is, what waits, and who has not heard of what')
    .option('--json', 'print the status as JSON')
    .action((options: { json?: boolean }) => showEventStatus(line, options));
  events
    .command('check')
    .description('compare the stream of NATS with the settings')
    .option('--apply', 'change what can be changed')
    .option('--json', 'print the differences as JSON')
    .addHelpText('after', CHECK_HELP)
    .action((options: { apply?: boolean; json?: boolean }) => checkEventSettings(line, options));
  addDeadEventCommands(events, line);
}
