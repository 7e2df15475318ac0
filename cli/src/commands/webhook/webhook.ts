import { appName, DELIVERY_EVENTS, DELIVERY_STATUSES, MAX_DELIVERIES_PER_PAGE } from '@rocket/schema';
import { type Command, Option } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { numberOf } from '../number-of.ts';
import type { GivenDeliveries } from './deliveries-given.ts';
import { hoursOf, timeOrAge } from './times-given.ts';
import {
  type OfEndpointOptions,
  rotateSecret,
  setEnabled,
  showSecret,
  testEndpoint,
} from './webhook-endpoint.ts';
import { listEndpoints } from './webhook-list.ts';
import { type LogOptions, logDeliveries, showDelivery } from './webhook-log.ts';
import { redeliver } from './webhook-redeliver.ts';

const HELP = `
Examples:
  rocket webhook list crm
  rocket webhook log crm --failed --since 2h
  rocket webhook log crm --entity deal --record 7f0c1f7c-1c2f-4c53-9a53-0f7f0c1f7c11
  rocket webhook show crm 019b0c3e-5f0a-7c53-9a53-0f7f0c1f7c11
  rocket webhook redeliver crm --failed --endpoint https://erp.example.org/orders
  rocket webhook test crm 4be1
  rocket webhook rotate crm 4be1 --overlap 3d

An endpoint is an address that webhooks of an app go to. It is named by its id, by the beginning of its id, or by the address.
A time is ISO 8601, in UTC where it says nothing else, or how long ago it was, such as 2h or 3d.`;

const REDELIVER_HELP = `
Examples:
  rocket webhook redeliver crm 019b0c3e-5f0a-7c53-9a53-0f7f0c1f7c11
  rocket webhook redeliver crm --failed --since 3d

They are sent under the ids that they had, also those that were delivered, so that receivers can tell. Those that wait are
left as they are. Nothing is asked: look at the log with the same options first.`;

const LISTED = 50;
type Json = { json?: boolean };

/** \`rocket webhook ...\` */
export function addWebhookCommands(program: Command, line: CommandLine): void {
  const webhook = program
    .command('webhook')
    .description('See what the webhooks of an app have sent, send it again, and manage where they go')
    .addHelpText('after', HELP);
  webhook
    .command('list')
    .description('list the endpoints of an app, and how they are')
    .argument('<app>')
    .option('--json', 'print the list as JSON')
    .action((app: string, options: Json) => listEndpoints(line, { app: appName(app), ...options }));
  addDeliveryCommands(webhook, line);
  addEndpointCommands(webhook, line);
}

function addDeliveryCommands(webhook: Command, line: CommandLine): void {
  const limits = `by default ${LISTED}, at most ${MAX_DELIVERIES_PER_PAGE}`;
  filtered(webhook.command('log').description('list deliveries, the newest first').argument('<app>'))
    .option('--limit <number>', limits, numberOf('deliveries'), LISTED)
    .option('--after <id>', 'those before this one of the list')
    .option('--json', 'print the list as JSON')
    .action((app: string, options: Omit<LogOptions, 'app'>) =>
      logDeliveries(line, { ...options, app: appName(app) }),
    );
  webhook
    .command('show')
    .description('print a delivery with its body and all attempts')
    .argument('<app>')
    .argument('<id>', 'of the delivery')
    .option('--json', 'print it as JSON')
    .action((app: string, id: string, options: Json) =>
      showDelivery(line, { app: appName(app), id, ...options }),
    );
  filtered(
    webhook
      .command('redeliver')
      .description('send deliveries again')
      .argument('<app>')
      .argument('[ids...]', 'as the log has them; or some of the options'),
  )
    .option('--all', 'all there are')
    .option('--json', 'print how many as JSON')
    .addHelpText('after', REDELIVER_HELP)
    .action((app: string, ids: string[], options: Omit<GivenDeliveries, 'ids'> & Json) =>
      redeliver(line, { ...options, app: appName(app), ids }),
    );
}

function filtered(command: Command): Command {
  return command
    .option('--endpoint <endpoint>', 'only those to it')
    .addOption(new Option('--status <status>', 'only those of this status').choices(DELIVERY_STATUSES))
    .addOption(new Option('--failed', 'only those that have failed').conflicts('status'))
    .addOption(new Option('--event <event>', 'only those that it has caused').choices(DELIVERY_EVENTS))
    .option('--entity <entity>', 'only those about records of this entity')
    .option('--record <key>', 'only those about the record with this key')
    .option('--since <time>', 'only those of this time or later', timeOrAge)
    .option('--until <time>', 'only those before this time', timeOrAge);
}

function addEndpointCommands(webhook: Command, line: CommandLine): void {
  onEndpoint(webhook, 'test', 'send a test now; the exit code is 1 when it is not accepted').action(
    (app: string, endpoint: string, options: Json) => testEndpoint(line, named(app, endpoint, options)),
  );
  onEndpoint(webhook, 'secret', 'print what requests to an endpoint are signed with').action(
    (app: string, endpoint: string, options: Json) => showSecret(line, named(app, endpoint, options)),
  );
  onEndpoint(webhook, 'rotate', 'give an endpoint another secret, and print it')
    .option('--secret <secret>', 'whsec_ and base64; by default one is made')
    .addOption(
      new Option('--overlap <duration>', 'for how long requests are signed with the former one too')
        .argParser(hoursOf)
        .default(24, '24h'),
    )
    .action((app: string, endpoint: string, options: Json & { secret?: string; overlap: number }) =>
      rotateSecret(line, { ...options, ...named(app, endpoint, options) }),
    );
  for (const [kind, enabled, does] of [
    ['enable', true, 'send to an endpoint that was disabled'],
    ['disable', false, 'send nothing to an endpoint'],
  ] as const) {
    onEndpoint(webhook, kind, does).action((app: string, endpoint: string, options: Json) =>
      setEnabled(line, { ...named(app, endpoint, options), enabled }),
    );
  }
}

function onEndpoint(webhook: Command, name: string, description: string): Command {
  return webhook
    .command(name)
    .description(description)
    .argument('<app>')
    .argument('<endpoint>', 'its id, the beginning of its id, or its address')
    .option('--json', 'print the result as JSON');
}

function named(app: string, endpoint: string, { json }: Json): OfEndpointOptions {
  return { app: appName(app), endpoint, ...(json === undefined ? {} : { json }) };
}
