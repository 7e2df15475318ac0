/** What the metrics of a process say of the pool of one app. */
export interface PoolSample {
  readonly active: number;
  readonly idle: number;
  readonly waiting: number;
  /** Callers that got a connection, ever. */
  readonly acquired: number;
  readonly refused: number;
}

/** @throws when one of its metrics is missing */
export function poolSample(metrics: string, app: string): PoolSample {
  const lines = metrics.split('\n');
  const value = (series: string): number => {
    const line = lines.find((each) => each.startsWith(`${series} `));
    if (line === undefined) throw new Error(`There is no ${series} in the metrics`);
    return Number(line.slice(series.length));
  };
  return {
    active: value(`rocket_pool_connections{app="${app}",state="active"}`),
    idle: value(`rocket_pool_connections{app="${app}",state="idle"}`),
    waiting: value(`rocket_pool_waiting{app="${app}"}`),
    acquired: value(`rocket_pool_acquire_seconds_count{app="${app}"}`),
    refused: value(`rocket_pool_refused_total{app="${app}"}`),
  };
}
