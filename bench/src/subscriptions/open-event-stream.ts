/** One subscription as a stream of server-sent events. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import {
  type ChangeServer,
  EXCERPT,
  type OpenConnection,
  type SubscriberListener,
  type Subscription,
} from './subscriber.ts';
import { readEvent } from './told.ts';

const END_OF_BLOCK = '\n\n';

export async function openEventStream(
  { url, authorization }: ChangeServer,
  { subscriber, body }: Subscription,
  { onTold, onFailure }: SubscriberListener,
): Promise<OpenConnection> {
  const headers = { authorization, accept: 'text/event-stream', 'content-type': 'application/json' };
  const sent = request(url, { method: 'POST', headers, agent: false }).end(body);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response?.statusCode !== 200) throw new Error(`A stream was answered ${response?.statusCode}`);
  let isLeft = false;
  let rest = '';
  const onEnd = (): void => {
    if (!isLeft) onFailure(`A stream has ended: ${rest.slice(0, EXCERPT)}`);
  };
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split(END_OF_BLOCK);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const told = readEvent(subscriber, block);
      if (told !== null) onTold(told);
      // Comments, and what a stream begins with: its cursor, and how long to wait before coming back.
      else if (!/^(:|(id: .*\n)?retry:)/.test(block)) onFailure(`A stream told: ${block.slice(0, EXCERPT)}`);
    }
  });
  response.on('error', onEnd).on('close', onEnd);
  return {
    async close() {
      isLeft = true;
      if (response.closed) return;
      // Not by `once` of Node, which rejects with the error that a stream cut off has.
      const closed = new Promise((resolve) => response.once('close', resolve));
      response.destroy();
      await closed;
    },
  };
}
