import { type Composer, createComposer } from './compose/composer.ts';
import { createPlanner, type Planner } from './planning/planner.ts';

/** The threads in which graphs are composed and operations planned. Each of them starts when there is work for it. */
export interface GatewayThreads {
  readonly composer: Composer;
  readonly planner: Planner;
  /** Ends the threads; work in progress is rejected. */
  close(): Promise<void>;
}

export interface GatewayThreadsOptions {
  /** How many threads plan. Each loads the planning library anew. */
  readonly planners?: number;
  /** How long a thread is kept that has nothing to do. */
  readonly idleMs?: number;
}

export function createGatewayThreads({ planners, ...idle }: GatewayThreadsOptions = {}): GatewayThreads {
  const composer = createComposer(idle);
  const planner = createPlanner(planners === undefined ? idle : { ...idle, threads: planners });
  return {
    composer,
    planner,
    async close() {
      await composer.close();
      await planner.close();
    },
  };
}
