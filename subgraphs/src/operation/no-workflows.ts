/** Commands of a shard that has no engine of workflows. */
import { RocketError } from '@rocket/schema';
import type { WorkflowCommands } from './workflow-commands.ts';

export const NO_WORKFLOWS: WorkflowCommands = {
  decide: refused,
  reassign: refused,
  cancel: refused,
  retry: refused,
  start: refused,
};

async function refused(): Promise<never> {
  throw new RocketError('INTERNAL_ERROR', 'This shard does not run workflows');
}
