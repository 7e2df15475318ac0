import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';

const HELP = `
Examples:
  ROCKET_CATALOG_URL=postgres://... rocket gateway      over the shards of a catalog
  PORT=4000 rocket gateway --supergraph supergraph.graphql

Settings: PORT, HOST, ROCKET_CATALOG_URL or DATABASE_URL, and ROCKET_ADMIN_EMAIL with ROCKET_ADMIN_PASSWORD for the first
administrator, who is made when there is none. With --supergraph there is no catalog and no login.`;

/** \`rocket gateway\` */
export function addGatewayCommand(program: Command, line: CommandLine): void {
  program
    .command('gateway')
    .description('Run a gateway over shard processes, or over a finished supergraph')
    .option('--supergraph <file>', 'serve this Federation 2 supergraph over the URLs it names')
    .addHelpText('after', HELP)
    .action(async ({ supergraph }: { supergraph?: string }) => {
      if (supergraph === undefined) {
        const { runGateway } = await import('../process/run-gateway.ts');
        await runGateway(line);
        return;
      }
      const { runSupergraph } = await import('../process/run-supergraph.ts');
      await runSupergraph(line, supergraph);
    });
}
