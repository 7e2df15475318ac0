import { appName, parseJson } from '@rocket/schema';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { numberOf } from '../number-of.ts';
import { listenToChanges } from './listen-to-changes.ts';

const HELP = `
Examples:
  rocket listen crm customer
  rocket listen crm deal --where '{"amount": {"gt": 1000}}' --operations ADDED,REMOVED
  rocket listen crm ticket --fields status,priority --snapshot
  rocket listen crm customer --count 1 --json | jq -r .cursor

It shows the changes of an entity as a subscriber gets them: ADDED is also a record that comes to match, REMOVED one that
ceases to. It goes on until Ctrl-C, behind the last change when the connection was lost or the server is started again, and
says so on the standard error. Where changes may be missing it ends. With --json each line is one change, with the cursor
that --after takes.`;

interface GivenOptions {
  readonly id?: string;
  readonly where?: unknown;
  readonly fields?: readonly string[];
  readonly operations?: readonly string[];
  readonly snapshot?: boolean;
  readonly after?: string;
  readonly coalesce?: boolean;
  readonly count?: number;
  readonly json?: boolean;
}

/** \`rocket listen\` */
export function addListenCommand(program: Command, line: CommandLine): void {
  program
    .command('listen')
    .description('Print the changes of an entity as a subscriber gets them')
    .argument('<app>')
    .argument('<entity>', 'its name in the document of the app')
    .option('--id <key>', 'only the record of this key')
    .option('--where <json>', 'only records that match this filter of the API', readFilter)
    .option('--fields <names>', 'separated by commas; by default all plain values of the record', readNames)
    .option('--operations <names>', 'only these of ADDED, UPDATED, REMOVED', readOperations)
    .option('--snapshot', 'first the records there are')
    .option('--after <cursor>', 'first what has changed since the change with this cursor')
    .option('--coalesce', 'only the sum of several changes of a record that wait for a slow reader')
    .option('--count <number>', 'end after so many changes', numberOf('changes'))
    .option('--json', 'print each change as one line of JSON')
    .addHelpText('after', HELP)
    .action((app: string, entity: string, given: GivenOptions) =>
      listenToChanges(line, {
        ...{ app: appName(app), entity, fields: given.fields ?? null },
        arguments: {
          ...{ id: given.id ?? null, where: given.where ?? null, operations: given.operations ?? null },
          ...{ after: given.after ?? null, snapshot: given.snapshot === true },
          coalesce: given.coalesce === true,
        },
        ...{ count: given.count ?? null, json: given.json === true },
      }),
    );
}

const OPERATIONS: readonly string[] = ['ADDED', 'UPDATED', 'REMOVED'];

function readFilter(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw new InvalidArgumentError('It is not JSON.');
  }
}

function readNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('There is a name missing.');
  return names;
}

function readOperations(text: string): readonly string[] {
  const names = readNames(text.toUpperCase());
  const wrong = names.find((name) => !OPERATIONS.includes(name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(`Allowed: ${OPERATIONS.join(', ')}.`);
}
