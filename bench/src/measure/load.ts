/** Load of one kind on one server: a closed loop of connections, each waiting for its answer before it asks again. */
import autocannon, { type Client, type Request } from 'autocannon';
import { type CpuReading, readCpu } from './cpu.ts';
import { percentile } from './percentile.ts';

/** Called for every request, because a signature is valid for one body, once. */
export type RequestHeaders = (body: string) => Readonly<Record<string, string>>;

/** A server as the load generator sees it. */
export interface Server {
  readonly name: string;
  readonly url: string;
  /** Its process; children count as part of it. */
  readonly pid: number;
  /** Processes behind it whose work counts as its own. */
  readonly pidsBehind?: readonly number[];
  readonly headers: RequestHeaders;
  /** SQL statements sent so far; absent where nothing counts them. */
  readonly statements?: () => Promise<number>;
  /** Runs before every measurement: renews what does not last as long as a benchmark. */
  readonly prepare?: () => Promise<void>;
}

export interface Target extends Server {
  /** Called for every request. */
  readonly body: () => string;
  /** The Postgres server behind it. */
  readonly postgresPid: number;
}

/** A server that is asked the same all the time, at the least cost for the load generator. */
export interface RepeatedTarget extends Server {
  /** Sent in turn. Of their answers only the status is checked. */
  readonly bodies: readonly string[];
  readonly postgresPid: number;
}

export interface Measurement {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 200 or held errors or nulls, and requests that got none. */
  readonly failures: number;
  /** Per request, user and system; null where the machine does not tell. */
  readonly serverCpuMs: number | null;
  readonly postgresCpuMs: number | null;
  readonly statementsPerRequest: number | null;
}

export interface LoadOptions {
  readonly seconds: number;
  readonly connections: number;
}

const JSON_HEADERS = { 'content-type': 'application/json' };

export async function measure(target: Target | RepeatedTarget, options: LoadOptions): Promise<Measurement> {
  await target.prepare?.();
  const before = await readCounters(target);
  const { latencies, failures, seconds } = await run(target, options);
  const after = await readCounters(target);
  const requests = latencies.length;
  latencies.sort();
  return {
    name: target.name,
    requestsPerSecond: requests / seconds,
    p50Ms: percentile(latencies, 50),
    p95Ms: percentile(latencies, 95),
    p99Ms: percentile(latencies, 99),
    failures,
    serverCpuMs: perRequest(before.server, after.server, requests),
    postgresCpuMs: perRequest(before.postgres, after.postgres, requests),
    statementsPerRequest: perRequest(before.statements, after.statements, requests),
  };
}

interface Counters {
  readonly server: CpuReading;
  readonly postgres: CpuReading;
  readonly statements: number | null;
}

async function readCounters(target: Target | RepeatedTarget): Promise<Counters> {
  return {
    server: await readCpu(target.pid, ...(target.pidsBehind ?? [])),
    postgres: await readCpu(target.postgresPid),
    statements: (await target.statements?.()) ?? null,
  };
}

function perRequest(before: number | null, after: number | null, requests: number): number | null {
  return before === null || after === null || requests === 0 ? null : (after - before) / requests;
}

async function run(
  target: Target | RepeatedTarget,
  { seconds, connections }: LoadOptions,
): Promise<{ latencies: Float64Array; failures: number; seconds: number }> {
  const latencies: number[] = [];
  const startedAtMs = performance.now();
  let lastAtMs = startedAtMs;
  const result = await autocannon({
    url: target.url,
    method: 'POST',
    headers: JSON_HEADERS,
    connections,
    duration: seconds,
    ...('bodies' in target ? { requests: repeated(target) } : { verifyBody: isWhole }),
    setupClient: (client) => {
      if (!('bodies' in target)) setRequest(client, target);
      client.on('response', (_status, _bytes, latencyMs) => {
        latencies.push(latencyMs);
        lastAtMs = performance.now();
        if (!('bodies' in target)) setRequest(client, target);
      });
    },
  });
  return {
    latencies: Float64Array.from(latencies),
    failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
    seconds: (lastAtMs - startedAtMs) / 1_000,
  };
}

function setRequest(client: Client, target: Target): void {
  const body = target.body();
  client.setHeadersAndBody({ ...JSON_HEADERS, ...target.headers(body) }, body);
}

function repeated({ bodies, headers }: RepeatedTarget): Request[] {
  return bodies.map((body) => ({ body, headers: { ...JSON_HEADERS, ...headers(body) } }));
}

/** None of the records that are asked for has a null in it, so a null is a failure that looks like an answer. */
function isWhole(body: unknown): boolean {
  return typeof body === 'string' && !(body.includes('"errors"') || body.includes(':null'));
}
