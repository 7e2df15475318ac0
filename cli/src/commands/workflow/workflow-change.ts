import type { AppName } from '@rocket/schema';
import { requireConnection } from '../../admin/connection.ts';
import { type CommandLine, configOf, printResult } from '../../command-line.ts';
import { type CHANGES, workflowGraph } from './workflow-graph.ts';

export interface ChangeWorkflowOptions {
  readonly kind: keyof typeof CHANGES;
  readonly app: AppName;
  readonly id: string;
  readonly comment?: string;
  readonly json?: boolean;
}

/** @throws RocketError `NOT_FOUND`, `CONFLICT` for an instance that has ended, or has not failed */
export async function changeWorkflow(line: CommandLine, options: ChangeWorkflowOptions): Promise<void> {
  const { kind, app, id, comment = null, json } = options;
  const graph = workflowGraph(await requireConnection(configOf(line)), app);
  const instance = await graph.change(kind, { id, comment });
  printResult(line, {
    json,
    value: { app, ...instance },
    text: `${instance.workflow} ${id} is ${instance.status}`,
  });
}
