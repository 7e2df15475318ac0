/** Load of one kind on one URL: a closed loop of connections, each waiting for its answer before it asks again. */
import autocannon from 'autocannon';

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Measurement {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  /** Percentile 97.5: the nearest to 95 that autocannon records, and the stricter one. */
  readonly p97Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 200, and requests that got none. */
  readonly failures: number;
}

export async function measure(
  target: Target,
  options: { seconds: number; connections: number },
): Promise<Measurement> {
  const result = await autocannon({
    url: target.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...target.headers },
    body: target.body,
    connections: options.connections,
    duration: options.seconds,
  });
  return {
    name: target.name,
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p97Ms: result.latency.p97_5,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
