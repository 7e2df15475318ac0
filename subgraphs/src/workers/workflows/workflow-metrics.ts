import type { Metrics } from '@rocket/platform';
import type { AppName } from '@rocket/schema';

export interface WorkflowMetrics {
  /** An instance began or ended. */
  instance(app: AppName, outcome: 'started' | 'completed' | 'failed' | 'cancelled'): void;
  /** A step was run: it is done, waits, or has failed. */
  step(app: AppName, outcome: 'done' | 'waits' | 'failed'): void;
  /** A timer fired. */
  timer(app: AppName, lateSeconds: number): void;
}

/** Made once per process. */
export function createWorkflowMetrics(metrics: Metrics): WorkflowMetrics {
  const instances = metrics.counter({
    name: 'rocket_workflow_instances_total',
    help: 'Instances of workflows that began or ended here, by app and outcome: started, completed, failed, cancelled',
    labelNames: ['app', 'outcome'],
  });
  const steps = metrics.counter({
    name: 'rocket_workflow_steps_total',
    help: 'Steps of workflows that were run here, by app and outcome: done, waits, failed',
    labelNames: ['app', 'outcome'],
  });
  const timers = metrics.histogram({
    name: 'rocket_timer_late_seconds',
    help: 'How late timers fired here, by the clock of their database',
    labelNames: ['app'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60],
  });
  return {
    instance: (app, outcome) => instances.inc({ app, outcome }),
    step: (app, outcome) => steps.inc({ app, outcome }),
    timer: (app, lateSeconds) => timers.observe({ app }, lateSeconds),
  };
}
