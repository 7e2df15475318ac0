import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { exportApp } from './app-export.ts';
import { importApp } from './app-import.ts';
import { listApps } from './app-list.ts';
import { removeApp } from './app-remove.ts';

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

/** \`rocket app ...\` */
export function addAppCommands(program: Command, line: CommandLine): void {
  const app = program.command('app').description('Import, export, list and remove apps');
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
    .addHelpText('after', EXPORT_HELP)
    .action((name: string, options: { output?: string }) => exportApp(line, { name, ...options }));
  app
    .command('list')
    .description('list the apps with their shards')
    .option('--json', 'print the list as JSON')
    .action((options: { json?: boolean }) => listApps(line, options));
  app
    .command('remove')
    .description('remove an app with all its data, for good')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action((name: string, options: { yes?: boolean }) => removeApp(line, { name, ...options }));
}
