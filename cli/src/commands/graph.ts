import { appName, graphName } from '@rocket/schema';
import type { Command } from 'commander';
import { connectAdmin } from '../admin/connect.ts';
import { ListGraphsDocument, PutGraphDocument, RemoveGraphDocument } from '../admin/generated/operations.ts';
import { type CommandLine, print, printJson, printResult } from '../command-line.ts';
import { formatTable } from '../output/table.ts';

const ADD_HELP = `
Examples:
  rocket graph add sales crm ecommerce     served at /graphs/sales/graphql
  rocket graph add everything              every app, now and later`;

/** \`rocket graph ...\` */
export function addGraphCommands(program: Command, line: CommandLine): void {
  const graph = program.command('graph').description('Compose apps into named graphs');
  graph
    .command('list')
    .description('list the named graphs')
    .option('--json', 'print the list as JSON')
    .action((options: { json?: boolean }) => listGraphs(line, options));
  graph
    .command('add')
    .description('create or replace a named graph; without apps it holds every app')
    .argument('<name>')
    .argument('[app...]')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', ADD_HELP)
    .action((name: string, apps: string[], options: { json?: boolean }) =>
      putGraph(line, { name, apps, ...options }),
    );
  graph
    .command('remove')
    .description('remove a named graph; its apps stay')
    .argument('<name>')
    .option('--json', 'print the result as JSON')
    .action((name: string, options: { json?: boolean }) => removeGraph(line, { name, ...options }));
}

async function listGraphs(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { graphs } = await client.send(ListGraphsDocument, {});
  if (options.json === true) {
    printJson(line, graphs);
    return;
  }
  const rows = graphs.map(({ name, apps, url }) => [name, apps?.join(', ') ?? '(every app)', url]);
  print(line, formatTable(['NAME', 'APPS', 'PATH'], rows, 'No named graphs.'));
}

async function putGraph(
  line: CommandLine,
  { name, apps, json }: { name: string; apps: readonly string[]; json?: boolean },
): Promise<void> {
  const members = apps.map(appName);
  const client = await connectAdmin(line);
  const { putGraph: graph } = await client.send(PutGraphDocument, {
    name: graphName(name),
    apps: members.length === 0 ? null : members,
  });
  const text = `${graph.name} holds ${graph.apps?.join(', ') ?? 'every app'}, served at ${graph.url}`;
  printResult(line, { json, value: graph, text });
}

async function removeGraph(
  line: CommandLine,
  { name, json }: { name: string; json?: boolean },
): Promise<void> {
  const client = await connectAdmin(line);
  await client.send(RemoveGraphDocument, { name: graphName(name) });
  printResult(line, { json, value: { name, removed: true }, text: `${name} removed` });
}
