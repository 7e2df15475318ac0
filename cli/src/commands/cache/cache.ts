import type { Command } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { clearCache } from './cache-clear.ts';
import { type ExplainOptions, explainCache } from './cache-explain.ts';
import { showCacheStatus } from './cache-status.ts';

const EXPLAIN_HELP = `
Examples:
  rocket cache explain deals.graphql --app crm                         for an administrator
  rocket cache explain deals.graphql --app crm --public                for somebody who is not signed in
  rocket cache explain deals.graphql --app crm --role sales --user 0b6f...
  rocket cache explain board.graphql --graph main --role crm:sales --variables '{"first": 10}'

The query is executed once; nothing is kept, and mutations are refused. What is in memory is found for callers who send the
same text, the same name of the operation, the variables in the same order, and the same Accept header.`;

const CLEAR_HELP = `
The gateway at ROCKET_URL drops what it has in memory, one of them when there are several. --shared also drops what all gateways keep in Redis. Other gateways
keep what they have in memory. Answers are right without it: use it to measure, or to look for a fault.`;

/** \`rocket cache ...\` */
export function addCacheCommands(program: Command, line: CommandLine): void {
  const cache = program.command('cache').description('Look into the answers that a gateway keeps');
  cache
    .command('status')
    .description('say what one gateway keeps, what became of requests, and how sure it is')
    .option('--json', 'print the status as JSON')
    .action((options: { json?: boolean }) => showCacheStatus(line, options));
  addExplain(cache, line);
  cache
    .command('clear')
    .description('drop the answers that one gateway keeps')
    .option('--shared', 'also those that all gateways keep in Redis')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', CLEAR_HELP)
    .action((options: { shared?: boolean; json?: boolean }) => clearCache(line, options));
}

function addExplain(cache: Command, line: CommandLine): void {
  cache
    .command('explain')
    .description('say whether the answer of a query is kept, for whom, and what makes it void')
    .argument('<file>', 'path of the query, or - for standard input')
    .option('--app <app>', 'at the graph of this app')
    .option('--graph <graph>', 'at this named graph')
    .option('--variables <json>', 'a JSON object')
    .option('--operation <name>', 'which operation of the file; as the client names it')
    .option('--public', 'for somebody who is not signed in')
    .option(
      '--role <role>',
      'for a user with this role; repeat for several, app:role for another app',
      collect,
    )
    .option('--user <id>', 'for the user with this id')
    .option('--email <email>', 'for the user with this e-mail')
    .option('--accept <types>', 'the Accept header of the callers', '*/*')
    .option('--json', 'print the explanation as JSON')
    .addHelpText('after', EXPLAIN_HELP)
    .action((file: string, options: Omit<ExplainOptions, 'file'>) =>
      explainCache(line, { file, ...options }),
    );
}

function collect(value: string, former: readonly string[] = []): readonly string[] {
  return [...former, value];
}
