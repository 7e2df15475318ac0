/** A receiver of webhooks that does not answer until it is told to. */
import type { RequestListener, ServerResponse } from 'node:http';

export interface HeldReceiver {
  readonly receive: RequestListener;
  /** `webhook-id` of each request that has come. */
  readonly ids: readonly string[];
  /** Answers all that wait, and all that comes. */
  answer(): void;
}

export function heldReceiver(): HeldReceiver {
  const ids: string[] = [];
  const waiting = new Set<ServerResponse>();
  let isAnswering = false;
  return {
    receive: (request, response) => {
      ids.push(String(request.headers['webhook-id']));
      if (isAnswering) response.end();
      else waiting.add(response);
    },
    ids,
    answer() {
      isAnswering = true;
      for (const response of waiting) response.end();
    },
  };
}
