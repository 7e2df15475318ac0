import type { Logger } from './logger.ts';

const ONCE_PER_MS = 60_000;

/** Logs a warning at most once a minute for each `topic`, with how many were left out since the last one. */
export type ThrottledLog = (topic: string, fields: object, text: string) => void;

export function createThrottledLog(logger: Logger, now: () => number): ThrottledLog {
  const topics = new Map<string, { loggedAt: number; leftOut: number }>();
  return (topic, fields, text) => {
    const last = topics.get(topic);
    if (last !== undefined && now() - last.loggedAt < ONCE_PER_MS) {
      last.leftOut += 1;
      return;
    }
    topics.set(topic, { loggedAt: now(), leftOut: 0 });
    logger.warn({ ...fields, leftOut: last?.leftOut ?? 0 }, text);
  };
}
