/** What people do with the workflows of apps of a shard. Workers run the instances. */
import type { OpenApps } from '../apps/open-apps.ts';
import type { CommandWorkflows, WorkflowCommands } from '../operation/workflow-commands.ts';
import type { WorkflowApps } from './workflow-apps.ts';
import { createWorkflowCommands } from './workflows/commands/commands.ts';

export function shardWorkflows(apps: OpenApps, workflowApps: WorkflowApps): CommandWorkflows {
  return ({ deadlineAtMs, onCommitted, ...document }) => {
    // Most operations command nothing.
    const made = (): WorkflowCommands =>
      createWorkflowCommands({
        app: workflowApps.open(apps, document),
        request: { deadlineAtMs, onCommitted },
      });
    return {
      decide: async (caller, decision) => await made().decide(caller, decision),
      reassign: async (caller, to) => await made().reassign(caller, to),
      cancel: async (caller, of) => await made().cancel(caller, of),
      retry: async (caller, of) => await made().retry(caller, of),
      start: async (caller, of) => await made().start(caller, of),
    };
  };
}
