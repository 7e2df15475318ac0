/** Requests at a fixed rate, whether the earlier ones have been answered or not: what waits does not keep others from waiting. */
import { Pool } from 'undici';
import type { CleanUp } from '../clean-up.ts';
import { atRate } from '../measure/at-rate.ts';
import { unixMs } from '../measure/unix-ms.ts';
import { nextRequest, type RequestKind } from './move-requests.ts';
import type { MoveWorld } from './move-world.ts';

export const REQUESTS_PER_SECOND = 100;
const CONNECTIONS = 400;

export interface SentRequest {
  readonly kind: RequestKind;
  /** Unix time in ms. */
  readonly sentAtMs: number;
  readonly ms: number;
  readonly isFailed: boolean;
}

export interface SteadyLoad {
  /** Those that have been answered, or have failed. */
  readonly requests: readonly SentRequest[];
  /** What the first that failed was answered; null while none has. */
  firstFailure(): string | null;
  /** Ends when everything is answered. */
  stop(): Promise<void>;
}

export function startSteadyLoad(cleanUp: CleanUp, { gateway, user, filled }: MoveWorld): SteadyLoad {
  const { origin, pathname: path } = new URL(gateway.url);
  const pool = new Pool(origin, { connections: CONNECTIONS });
  cleanUp.push(() => pool.close());
  const headers = { 'content-type': 'application/json', ...user };
  const requests: SentRequest[] = [];
  let failure: string | null = null;
  let isOver = false;
  const send = async (): Promise<void> => {
    const { kind, body, expected } = nextRequest(filled);
    const sentAtMs = unixMs();
    const answer = await pool
      .request({ path, method: 'POST', headers, body })
      .then((response) => response.body.text())
      .catch((error: unknown) => String(error));
    const isFailed = !answer.includes(expected);
    if (isFailed) failure ??= `${body}: ${answer}`;
    requests.push({ kind, sentAtMs, ms: unixMs() - sentAtMs, isFailed });
  };
  const running = atRate(
    { perSecond: REQUESTS_PER_SECOND, seconds: Number.POSITIVE_INFINITY, isOver: () => isOver },
    send,
  );
  const stop = async (): Promise<void> => {
    isOver = true;
    await running;
  };
  cleanUp.push(stop);
  return { requests, stop, firstFailure: () => failure };
}
