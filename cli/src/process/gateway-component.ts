import type { Gateway } from '@rocket/gateway';
import type { Component, Config } from '@rocket/platform';
import { listenError } from './check-port.ts';
import type { Late } from './late.ts';

/** A gateway that listens; tells the port it got. */
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
      gateway = await options.create();
      try {
        options.port.set(await gateway.listen(port, host));
      } catch (error) {
        await gateway.close();
        throw listenError(error, port, host);
      }
    },
    async stop() {
      await gateway?.close();
    },
  };
}
