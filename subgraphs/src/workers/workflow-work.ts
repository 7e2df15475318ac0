import { WORKFLOWS_CONSUMPTION } from '@rocket/schema';
import type { EventWork } from './consume-events.ts';
import type { WorkerShards } from './worker-shards.ts';
import { concernsWorkflows, handleEvent } from './workflows/handle-event.ts';

/** Events start instances of workflows, and say that they are to take their next step. */
export function workflowWork(shards: WorkerShards): EventWork {
  return {
    consumption: WORKFLOWS_CONSUMPTION,
    maxInFlight: 64,
    maxOfOneApp: 24,
    longMs: 0,
    concerns: concernsWorkflows,
    handle: async (placed, record) => await handleEvent(shards.open(placed), record),
  };
}
