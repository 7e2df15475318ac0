import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { adviseApp } from './app-advise.ts';
import { exportApp } from './app-export.ts';
import { importApp } from './app-import.ts';
import { listApps } from './app-list.ts';
import { removeApp } from './app-remove.ts';
import { listSlowQueries } from './app-slow-queries.ts';
import { addPlacementCommands } from './placement-commands.ts';

const IMPORT_HELP = `
Examples:
  rocket app import crm crm.json
  rocket app import crm - < crm.json       read standard input
  rocket app import shop shop.json --shard s2

The document is activated whole or not at all. Importing what is already active changes nothing.`;

const EXPORT_HELP = `
Examples:
  rocket app export crm > crm.json
  rocket app export crm --output crm.json

Without sample data: an export holds metadata, not records.`;

const ADVISE_HELP = `
Examples:
  rocket app advise crm
  rocket app advise crm --json | jq '.suggestions[0].remedy'

A process of the app's shard counts what it is asked since it began; where there are several, one of them answers.
What is asked most of the largest tables comes first. Tables with few records need no index.`;

const SLOW_QUERIES_HELP = `
Examples:
  rocket app slow-queries crm
  rocket app slow-queries crm --plans      also ask Postgres how it would run them

Values are never shown, only their places, and plans are made without them; PostgreSQL 16 or later has such plans.
What counts as slow is in ROCKET_SLOW_QUERY_MS of the shard's process, by default 100 ms.`;

/** \`rocket app ...\` */
export function addAppCommands(program: Command, line: CommandLine): void {
  const app = program
    .command('app')
    .description('Import, export, list, move and remove apps, and make them faster');
  app
    .command('import')
    .description('make a metadata document the app of this name, creating or updating it')
    .argument('<name>', 'lower-case letters, digits and underscores')
    .argument('<file>', 'path of the document, or - for standard input')
    .option('--shard <shard>', 'where to place a new app; by default the least loaded shard')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', IMPORT_HELP)
    .action((name: string, file: string, options: { shard?: string; json?: boolean }) =>
      importApp(line, { name, file, ...options }),
    );
  app
    .command('export')
    .description('print the active document of an app')
    .argument('<name>')
    .option('--output <file>', 'write to a file instead of standard output')
    .option('--json', 'with --output, print what was written as JSON')
    .addHelpText('after', EXPORT_HELP)
    .action((name: string, options: { output?: string; json?: boolean }) =>
      exportApp(line, { name, ...options }),
    );
  app
    .command('list')
    .description('list the apps with their shards')
    .option('--json', 'print the list as JSON')
    .action((options: { json?: boolean }) => listApps(line, options));
  app
    .command('remove')
    .description('remove an app with all its data, for good')
    .argument('<name>')
    .option('--force', 'even if its shard does not answer; its database is left there')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((name: string, options: { force?: boolean; yes?: boolean; json?: boolean }) =>
      removeApp(line, { name, ...options }),
    );
  addPlacementCommands(app, line);
  addInsightCommands(app, line);
}

/** Commands that show what the shard knows about the use of an app. */
function addInsightCommands(app: Command, line: CommandLine): void {
  app
    .command('advise')
    .description('say what would make an app faster, by what it was asked')
    .argument('<name>')
    .option('--json', 'print the advice as JSON')
    .addHelpText('after', ADVISE_HELP)
    .action((name: string, options: { json?: boolean }) => adviseApp(line, { name, ...options }));
  app
    .command('slow-queries')
    .description('list the slow SQL statements of an app, the worst first')
    .argument('<name>')
    .option('--plans', 'with how Postgres would run each')
    .option('--json', 'print the list as JSON')
    .addHelpText('after', SLOW_QUERIES_HELP)
    .action((name: string, options: { plans?: boolean; json?: boolean }) =>
      listSlowQueries(line, { name, ...options }),
    );
}
