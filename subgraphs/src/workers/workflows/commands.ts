import type { WorkflowCommands } from '../../operation/workflow-commands.ts';
import { approvalCommands } from './approval-commands.ts';
import { instanceCommands } from './instance-commands.ts';
import type { WorkflowApp } from './workflow-app.ts';

export function createWorkflowCommands(app: WorkflowApp): WorkflowCommands {
  return { ...approvalCommands(app), ...instanceCommands(app) };
}
