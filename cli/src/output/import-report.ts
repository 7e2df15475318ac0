import { z } from 'zod';
import type { ImportAppMutation } from '../admin/generated/operations.ts';
import { type CommandLine, print } from '../command-line.ts';
import { formatFaults } from './faults.ts';

const Counts = z.record(z.string(), z.number());

/** What an import did, for a reader. */
export function printImport(line: CommandLine, result: ImportAppMutation['importApp']): void {
  const { app, outcome, changes, rowsInserted, warnings } = result;
  print(line, headline(result));
  for (const change of changes) print(line, `  ${change}`);
  if (rowsInserted > 0) print(line, `  ${rowsInserted} rows inserted`);
  const counts = Counts.safeParse(result.summary);
  if (counts.success && outcome !== 'unchanged') print(line, `Holds: ${formatCounts(counts.data)}`);
  if (outcome === 'created') print(line, `Served at ${app.url}`);
  if (warnings.length > 0) print(line, ['Warnings:', ...formatFaults(warnings)].join('\n'));
}

function headline({ app, outcome }: ImportAppMutation['importApp']): string {
  if (outcome === 'unchanged')
    return `${app.name} unchanged: the document equals revision ${app.revision ?? 0}`;
  return `${app.name} ${outcome}: revision ${app.revision ?? 0} on shard ${app.shard?.name ?? '(none)'}`;
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  if (parts.length === 0) return 'nothing';
  return parts.map(([part, count]) => `${words(part)} ${count}`).join(', ');
}

/** \`stateMachines\` and \`state_machines\` alike. */
function words(name: string): string {
  return name.replaceAll('_', ' ').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
