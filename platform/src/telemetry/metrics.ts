import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

/** Metrics of one process or test, on a registry of their own: tests would share prom-client's global one. */
export interface Metrics {
  counter<L extends string = never>(config: CounterConfiguration<L>): Counter<L>;
  gauge<L extends string = never>(config: GaugeConfiguration<L>): Gauge<L>;
  histogram<L extends string = never>(config: HistogramConfiguration<L>): Histogram<L>;
  /** Text for a scraper, with its content type. */
  render(): Promise<{ contentType: string; body: string }>;
}

/** @param options.processMetrics adds memory, CPU, event loop and garbage collection of this process */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics === true) collectDefaultMetrics({ register: registry });
  return {
    counter: (config) => new Counter({ ...config, registers }),
    gauge: (config) => new Gauge({ ...config, registers }),
    histogram: (config) => new Histogram({ ...config, registers }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}
