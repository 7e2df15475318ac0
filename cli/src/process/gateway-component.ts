import type { Gateway } from '@rocket/gateway';
import { type Component, type Config, cleanUpAfter } from '@rocket/platform';
import { listenError } from './check-port.ts';
import type { Late } from './late.ts';

/** A gateway that listens and reports its port. */
export function gatewayComponent(options: {
  create: () => Promise<Gateway>;
  config: Pick<Config, 'port' | 'host'>;
  port: Late<number>;
}): Component {
  const { port, host } = options.config;
  let gateway: Gateway | undefined;
  return {
    name: 'gateway',
    async start() {
      const opened = await options.create();
      gateway = opened;
      try {
        options.port.set(await opened.listen(port, host));
      } catch (error) {
        await cleanUpAfter(error, () => opened.close());
        throw listenError(error, port, host);
      }
    },
    async stop() {
      await gateway?.close();
    },
  };
}
