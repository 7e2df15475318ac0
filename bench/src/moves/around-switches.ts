/** What clients have met around the switches of an app, beside a time in which nothing moved. */
import { type Latencies, latencies } from '../measure/percentile.ts';
import type { MovedApp } from './move-app.ts';
import type { RequestKind } from './move-requests.ts';
import type { SentRequest } from './steady-load.ts';

/** Before writes are held, and after they are not any more. */
const NEAR_MS = 500;
const AROUND_MS = 1_000;

export interface Met extends Latencies {
  readonly name: string;
  readonly count: number;
  readonly failed: number;
}

export interface SwitchMet {
  /** Milliseconds of the longest request that was running near the switch. */
  readonly longestWrite: number;
  readonly longestRead: number;
  /** Of all that were sent since the move was asked for. */
  readonly failed: number;
}

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/** @param during the move, from when it was asked for */
export function metAtSwitch(
  requests: readonly SentRequest[],
  { heldAtMs, openedAtMs }: MovedApp,
  during: Period,
): SwitchMet {
  const near = requests.filter(runningIn({ fromMs: heldAtMs - NEAR_MS, toMs: openedAtMs + NEAR_MS }));
  const longest = (kind: RequestKind) =>
    Math.max(0, ...near.filter((each) => each.kind === kind).map(({ ms }) => ms));
  return {
    longestWrite: longest('write'),
    longestRead: longest('read'),
    failed: requests.filter((each) => each.isFailed && sentIn(during)(each)).length,
  };
}

/** Of all moves together; the quiet time last. */
export function metOverAll(
  requests: readonly SentRequest[],
  moved: readonly MovedApp[],
  quiet: Period,
): readonly Met[] {
  const around = moved.map(({ heldAtMs, openedAtMs }) =>
    sentIn({ fromMs: heldAtMs - AROUND_MS, toMs: openedAtMs + AROUND_MS }),
  );
  const within = moved.map(({ heldAtMs, openedAtMs }) => runningIn({ fromMs: heldAtMs, toMs: openedAtMs }));
  const during = moved.map(({ heldAtMs, openedAtMs }) => sentIn({ fromMs: heldAtMs, toMs: openedAtMs }));
  const of = (name: string, kind: RequestKind, tests: readonly Test[]) =>
    met(
      name,
      requests.filter((each) => each.kind === kind && tests.some((test) => test(each))),
    );
  return [
    of('writes sent in a pause', 'write', during),
    of('writes running in a pause', 'write', within),
    of('writes around switches', 'write', around),
    of('writes of the quiet time', 'write', [sentIn(quiet)]),
    of('reads running in a pause', 'read', within),
    of('reads around switches', 'read', around),
    of('reads of the quiet time', 'read', [sentIn(quiet)]),
    of('writes of the whole time', 'write', [() => true]),
    of('reads of the whole time', 'read', [() => true]),
  ];
}

function met(name: string, requests: readonly SentRequest[]): Met {
  return {
    ...{ name, count: requests.length, failed: requests.filter(({ isFailed }) => isFailed).length },
    ...latencies(requests.map(({ ms }) => ms)),
  };
}

type Test = (request: SentRequest) => boolean;

function sentIn({ fromMs, toMs }: Period): Test {
  return ({ sentAtMs }) => sentAtMs >= fromMs && sentAtMs <= toMs;
}

function runningIn({ fromMs, toMs }: Period): Test {
  return ({ sentAtMs, ms }) => sentAtMs <= toMs && sentAtMs + ms >= fromMs;
}
