import type { WorkflowInstance } from '../../commands/workflow/workflow-graph.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../table.ts';

const HEADER = ['APP', 'ID', 'WORKFLOW', 'STATUS', 'STEP', 'RECORD', 'STARTED', 'WAKES'];

export function formatInstances(instances: readonly (WorkflowInstance & { readonly app: string })[]): string {
  const rows = instances.map(({ app, id, workflow, status, step, entity, recordId, startedAt, wakesAt }) =>
    [
      ...[app, id, workflow, status, step ?? '-', recordText(entity, recordId)],
      ...[startedAt, wakesAt ?? '-'],
    ].map(printable),
  );
  return formatTable(HEADER, rows, 'There are no such instances.');
}

export function recordText(entity: string | null, recordId: string | null): string {
  return entity === null ? '-' : `${entity}${recordId === null ? '' : ` ${recordId}`}`;
}
