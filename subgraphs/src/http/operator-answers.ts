/** What operators and their tools ask any process: whether it lives, whether it can work, and its measurements. */
import type { IncomingMessage } from 'node:http';
import type { HttpAnswer, Metrics } from '@rocket/platform';
import { encodeRefusal, RocketError } from '@rocket/schema';

export interface OperatorParts {
  /** Resolves while the process can work; its error is logged, not shown. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Metrics;
}

/** Null for any other question. */
export async function operatorAnswer(
  { method, url }: Pick<IncomingMessage, 'method' | 'url'>,
  { checkReady, metrics }: OperatorParts,
): Promise<HttpAnswer | null> {
  if (method !== 'GET') return null;
  switch (url) {
    case '/health':
      return jsonAnswer(200, '{"status":"ok"}');
    case '/ready':
      return await ready(checkReady);
    case '/metrics': {
      const { contentType, body } = await metrics.render();
      return { status: 200, headers: { 'content-type': contentType }, body };
    }
    default:
      return null;
  }
}

async function ready(checkReady: () => Promise<void>): Promise<HttpAnswer> {
  try {
    await checkReady();
  } catch (cause) {
    throw new RocketError('NOT_READY', undefined, { cause });
  }
  return jsonAnswer(200, '{"status":"ready"}');
}

/** @param body JSON */
export function jsonAnswer(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

/** Only errors of the catalogue are shown. */
export function errorAnswer(error: unknown): HttpAnswer {
  const known = error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR');
  return jsonAnswer(known.status, encodeRefusal(known));
}
