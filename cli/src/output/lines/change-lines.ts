import { z } from 'zod';
import type { CommandLine } from '../../command-line.ts';
import { type Colour, createGrowingColumns } from './growing-columns.ts';

const Values = z.record(z.string(), z.unknown()).nullable();

/** A change of a record as a subscription tells it, with the fields that were asked for in `node` and `previous`. */
export const ToldChange = z.object({
  operation: z.enum(['ADDED', 'UPDATED', 'REMOVED']),
  id: z.string(),
  changedFields: z.array(z.string()),
  at: z.string(),
  snapshot: z.boolean(),
  node: Values,
  previous: Values,
  cursor: z.string(),
});
export type ToldChange = z.infer<typeof ToldChange>;

export interface ChangePrinter {
  /** @returns false when the reader is behind, until the output's `drain` */
  print(change: ToldChange): boolean;
}

const COLUMNS = { header: ['TIME', 'OPERATION', 'ID', 'CHANGE'], widths: [24, 9, 36], coloured: 1 };
const COLOURS = { ADDED: 'green', UPDATED: 'yellow', REMOVED: 'red' } as const satisfies Record<
  ToldChange['operation'],
  Colour
>;
const SHOWN_VALUE_CHARS = 60;

/** Prints changes one by one: each as a line of JSON for programs, in columns for people. */
export function createChangePrinter(
  { stdout }: Pick<CommandLine, 'stdout'>,
  options: { readonly json: boolean; readonly primaryKey: string },
): ChangePrinter {
  if (options.json) return { print: (change) => stdout.write(`${JSON.stringify(change)}\n`) };
  const columns = createGrowingColumns(stdout, COLUMNS);
  return {
    print(change) {
      const { at, operation, id, snapshot } = change;
      const kind = snapshot ? 'SNAPSHOT' : operation;
      return columns.write(
        [at, kind, id, describe(change, options.primaryKey)],
        snapshot ? null : COLOURS[operation],
      );
    },
  };
}

function describe(change: ToldChange, primaryKey: string): string {
  switch (change.operation) {
    case 'ADDED':
      return valuesOf(change.node, primaryKey);
    case 'REMOVED':
      return valuesOf(change.previous, primaryKey);
    case 'UPDATED':
      return differences(change);
  }
}

/** What the record is, or was, without what is empty. */
function valuesOf(record: ToldChange['node'], primaryKey: string): string {
  const given = Object.entries(record ?? {}).filter(([name, value]) => name !== primaryKey && value !== null);
  return given.length === 0 ? '-' : given.map(([name, value]) => `${name}: ${shown(value)}`).join(', ');
}

/** Fields that were not asked for are named alone. */
function differences({ changedFields, node, previous }: ToldChange): string {
  if (changedFields.length === 0) return '-';
  const told = changedFields.map((name) => {
    const before = previous?.[name];
    const now = node?.[name];
    return before === undefined && now === undefined ? name : `${name}: ${shown(before)} -> ${shown(now)}`;
  });
  return told.join(', ');
}

/** Undefined is what the server could not tell. */
function shown(value: unknown): string {
  if (value === undefined) return '?';
  const text = JSON.stringify(value);
  return text.length > SHOWN_VALUE_CHARS ? `${text.slice(0, SHOWN_VALUE_CHARS)}…` : text;
}
