import type { AppName } from '@rocket/schema';
import { createAdminClient } from '../../admin/client.ts';
import { requireConnection } from '../../admin/connection.ts';
import { ExportAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, configOf, print, printJson } from '../../command-line.ts';
import { drawInstance } from '../../output/workflow/draw-instance.ts';
import { readWaysOn } from '../../output/workflow/ways-on.ts';
import { workflowGraph } from './workflow-graph.ts';

export interface ShowWorkflowOptions {
  readonly app: AppName;
  readonly id: string;
  readonly json?: boolean;
}

/** @throws RocketError `NOT_FOUND` */
export async function showWorkflow(line: CommandLine, options: ShowWorkflowOptions): Promise<void> {
  const { app, id, json } = options;
  const connection = await requireConnection(configOf(line));
  const instance = await workflowGraph(connection, app).show(id);
  if (json === true) return printJson(line, { app, ...instance });
  // What comes next is in the document alone.
  const { app: found } = await createAdminClient(connection).send(ExportAppDocument, { name: app });
  print(line, drawInstance(instance, { app, waysOn: readWaysOn(found?.document, instance.workflow) }));
}
