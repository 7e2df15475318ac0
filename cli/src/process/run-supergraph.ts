import { createSupergraphGateway } from '@rocket/gateway';
import { createLogger } from '@rocket/platform';
import { type CommandLine, configOf } from '../command-line.ts';
import { readNamedFile } from '../files.ts';
import { shownUrl } from './addresses.ts';
import { gatewayComponent } from './gateway-component.ts';
import { late } from './late.ts';
import { runUntilStopped } from './run-until-stopped.ts';

/** A gateway of a finished supergraph: no catalog, no shards, no login. */
export async function runSupergraph(line: CommandLine, file: string): Promise<void> {
  const config = configOf(line);
  const supergraphSdl = await readNamedFile(file);
  const logger = createLogger({ level: config.logLevel, name: 'gateway' });
  const port = late<number>('The port');
  await runUntilStopped({
    logger,
    components: () => [
      gatewayComponent({
        config,
        port,
        create: () => createSupergraphGateway({ supergraphSdl, config, logger }),
      }),
    ],
    onStarted: async () => logger.info({ url: shownUrl(config.host, port.get()) }, 'the gateway listens'),
  });
}
