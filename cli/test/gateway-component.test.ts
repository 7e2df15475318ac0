import type { Gateway } from '@rocket/gateway';
import { createLifecycle, createLogger } from '@rocket/platform';
import { expect, test } from 'vitest';
import { gatewayComponent } from '../src/process/gateway-component.ts';
import { late } from '../src/process/late.ts';

test('a gateway that can neither listen nor close says why it cannot listen', async () => {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  const taken = Object.assign(new Error('listen failed'), { code: 'EADDRINUSE' });
  const gateway: Gateway = {
    listen: () => Promise.reject(taken),
    whenReady: Promise.resolve(),
    close: () => Promise.reject(new Error('close failed')),
  };
  const lifecycle = createLifecycle(logger);
  const config = { port: 4000, host: '127.0.0.1' };
  lifecycle.add(gatewayComponent({ create: async () => gateway, config, port: late('The port') }));
  await expect(lifecycle.start()).rejects.toMatchObject({ code: 'CONFLICT', cause: taken });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      msg: 'cannot start',
      err: {
        code: 'CONFLICT',
        cause: { message: 'listen failed', suppressed: [{ message: 'close failed' }] },
      },
    },
  ]);
});
