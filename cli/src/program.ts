import { Command } from 'commander';
import { type CommandLine, wantsJson } from './command-line.ts';
import { addAppCommands } from './commands/app/app.ts';
import { addCacheCommands } from './commands/cache/cache.ts';
import { addEventsCommands } from './commands/events/events.ts';
import { addGatewayCommand } from './commands/gateway.ts';
import { addGraphCommands } from './commands/graph.ts';
import { addListenCommand } from './commands/listen/listen.ts';
import { addShardCommands } from './commands/shard/shard.ts';
import { addStartCommand } from './commands/start.ts';
import { addUserCommands } from './commands/user.ts';
import { addWebhookCommands } from './commands/webhook/webhook.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { addWorkflowCommands } from './commands/workflow/workflow.ts';
import { withCallableForm } from './output/callable.ts';
import { readVersion } from './version.ts';

const EXAMPLES = `
Examples:
  rocket start                          everything in one process, with example apps
  rocket app import crm crm.json        make a document the metadata of app crm
  rocket app list                       what there is

Beside a running \`rocket start\` the commands need no login. For another server set ROCKET_URL and ROCKET_TOKEN.`;

/** The whole tree of commands. What a command does is in \`commands/\`, one file per word. */
export function createProgram(line: CommandLine): Command {
  const program = new Command('rocket')
    .description('A GraphQL federated gateway over sharded subgraphs, generated from metadata documents')
    .showSuggestionAfterError()
    .showHelpAfterError('(--help shows how it is used)')
    // Before the subcommands, which inherit both.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => line.stdout.write(withCallableForm(line, text)),
      // For a program, the caller reports the error as JSON.
      writeErr: (text) => void (wantsJson(line) || line.stderr.write(withCallableForm(line, text))),
    })
    .version(readVersion(), '--version', 'print the version')
    .addHelpText('after', EXAMPLES);
  addStartCommand(program, line);
  addGatewayCommand(program, line);
  addShardCommands(program, line);
  addWorkerCommand(program, line);
  addAppCommands(program, line);
  addUserCommands(program, line);
  addGraphCommands(program, line);
  addEventsCommands(program, line);
  addListenCommand(program, line);
  addWorkflowCommands(program, line);
  addWebhookCommands(program, line);
  addCacheCommands(program, line);
  return program;
}
