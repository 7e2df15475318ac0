import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';

const HELP = `
Settings, all optional, from the environment:
  PORT                   4000
  HOST                   0.0.0.0
  ROCKET_DATA_DIR        .rocket; where everything is kept
  DATABASE_URL           a Postgres server to use instead of the embedded one
  ROCKET_ADMIN_EMAIL     admin@localhost
  ROCKET_ADMIN_PASSWORD  made and printed at the first start when unset
  ROCKET_DEMO            0 starts without the example apps`;

/** \`rocket start\` */
export function addStartCommand(program: Command, line: CommandLine): void {
  program
    .command('start')
    .description('Run everything in one process: Postgres, two shards, a worker, the gateway')
    .addHelpText('after', HELP)
    .action(async () => {
      const { runStart } = await import('../start/run-start.ts');
      await runStart(line);
    });
}
