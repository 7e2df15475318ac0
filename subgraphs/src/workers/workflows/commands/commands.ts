import type { WorkflowCommands } from '../../../operation/workflow-commands.ts';
import { approvalCommands } from './approval-commands.ts';
import type { Commanded } from './command.ts';
import { instanceCommands } from './instance-commands.ts';

export function createWorkflowCommands(commanded: Commanded): WorkflowCommands {
  return { ...approvalCommands(commanded), ...instanceCommands(commanded) };
}
