import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';

const HELP = `
Examples:
  ROCKET_CATALOG_URL=postgres://... NATS_URL=nats://... rocket worker

Settings: ROCKET_CATALOG_URL or DATABASE_URL, NATS_URL, REDIS_URL, and PORT and HOST for /health, /ready and /metrics. Any
number of workers share the work; \`rocket start\` has one of its own.`;

/** \`rocket worker\` */
export function addWorkerCommand(program: Command, line: CommandLine): void {
  program
    .command('worker')
    .description('Run a worker, which runs the workflows of all apps')
    .addHelpText('after', HELP)
    .action(async () => {
      const { runWorker } = await import('../process/run-worker.ts');
      await runWorker(line);
    });
}
