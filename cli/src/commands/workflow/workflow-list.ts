import { type AppName, appName, RocketError } from '@rocket/schema';
import { createAdminClient } from '../../admin/client.ts';
import { type AdminConnection, requireConnection } from '../../admin/connection.ts';
import { ListWorkflowsDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, configOf, print, printJson, remark } from '../../command-line.ts';
import { formatInstances } from '../../output/workflow/instance-table.ts';
import { type InstanceFilter, type WorkflowInstance, workflowGraph } from './workflow-graph.ts';

export interface ListWorkflowsOptions extends InstanceFilter {
  /** Null for all that have workflows. */
  readonly app: AppName | null;
  readonly json?: boolean;
}

type ListedInstance = WorkflowInstance & { readonly app: AppName };

/** An app that does not answer is said on the standard error. @throws RocketError when none does */
export async function listWorkflows(line: CommandLine, options: ListWorkflowsOptions): Promise<void> {
  const connection = await requireConnection(configOf(line));
  const apps = options.app === null ? await appsWithWorkflows(connection, options.workflow) : [options.app];
  const failures: RocketError[] = [];
  const found: ListedInstance[] = [];
  for (const app of apps) {
    try {
      const instances = await workflowGraph(connection, app).list(options);
      found.push(...instances.map((instance) => ({ app, ...instance })));
    } catch (error) {
      if (!(error instanceof RocketError)) throw error;
      failures.push(error);
      if (apps.length > 1) remark(line, `App ${app} is not in the list: ${error.message}`);
    }
  }
  const [failure] = failures;
  if (failure !== undefined && failures.length === apps.length) throw failure;
  const last = found
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
    .slice(0, options.limit);
  if (options.json === true) printJson(line, last);
  else print(line, formatInstances(last));
}

/** Asking an app makes the server compose its graph, so only those are asked that can have an answer. */
async function appsWithWorkflows(
  connection: AdminConnection,
  workflow: string | null,
): Promise<readonly AppName[]> {
  const { apps } = await createAdminClient(connection).send(ListWorkflowsDocument, {});
  return apps
    .filter(({ workflows }) => (workflow === null ? workflows.length > 0 : workflows.includes(workflow)))
    .map(({ name }) => appName(name));
}
