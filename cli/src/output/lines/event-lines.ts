import { readStream, type StreamRecord } from '@rocket/schema';
import type { TailEventsQuery } from '../../admin/generated/operations.ts';
import type { CommandLine } from '../../command-line.ts';
import { createGrowingColumns } from './growing-columns.ts';

type StreamEvent = TailEventsQuery['events']['events'][number];

const HEADER = ['TIME', 'APP', 'ENTITY', 'OP', 'KEY', 'VERSION', 'CHANGED', 'ACTOR'] as const;
const WIDTHS = [24, 10, 14, 6, 36, 7, 24];
/** A link has three tags, of its table and of its ends. */
const SHOWN_TAGS = 3;
const OP = 3;

const COLOURS = {
  create: 'green',
  update: 'yellow',
  delete: 'red',
  effect: 'cyan',
  sent: 'cyan',
  touched: 'cyan',
} as const;

export interface EventPrinter {
  print(event: StreamEvent): void;
}

/** Prints events one by one: as they were published for programs, in columns for people. */
export function createEventPrinter(line: Pick<CommandLine, 'stdout'>, json: boolean): EventPrinter {
  const { stdout } = line;
  if (json) return { print: (event) => void stdout.write(`${jsonLine(event)}\n`) };
  const columns = createGrowingColumns(stdout, { header: HEADER, widths: WIDTHS, coloured: OP });
  return {
    print(event) {
      const { cells, kind } = describe(event);
      columns.write(cells, kind === null ? null : COLOURS[kind]);
    },
  };
}

/** Something else than the product can have published what is no JSON, or takes several lines. */
function jsonLine({ json, position }: StreamEvent): string {
  const record = readStream(json);
  if (record.kind === 'unreadable') return JSON.stringify({ position, unreadable: record.reason });
  return json.replaceAll(/\s*\n\s*/g, ' ');
}

type Kind = keyof typeof COLOURS;

function describe({ json, storedAt }: StreamEvent): { cells: string[]; kind: Kind | null } {
  const record = readStream(json);
  switch (record.kind) {
    case 'change': {
      const { at, app, entity, op, key, version, changed, actor } = record.event;
      const fields = changed.length === 0 ? '-' : changed.join(',');
      return { cells: [time(at), app, entity, op, key, String(version), fields, actor ?? '-'], kind: op };
    }
    case 'effect': {
      const { at, app, entity, effect, key, version, transition, actor } = record.effect;
      const change = `${effect}: ${transition.field} ${transition.from ?? ''}->${transition.to}`;
      return {
        cells: [time(at), app, entity, 'effect', key, String(version), change, actor ?? '-'],
        kind: 'effect',
      };
    }
    case 'sent': {
      const { at, app, event, actor } = record.sent;
      return { cells: [time(at), app, '-', 'sent', '-', '-', event, actor ?? '-'], kind: 'sent' };
    }
    case 'touched': {
      const { at, app, tags } = record.touched;
      const more = tags.length > SHOWN_TAGS ? ` and ${tags.length - SHOWN_TAGS} more` : '';
      const shown = `${tags.slice(0, SHOWN_TAGS).join(',')}${more}`;
      return { cells: [time(at), app, '-', 'touched', '-', '-', shown, '-'], kind: 'touched' };
    }
    default:
      return {
        cells: [time(storedAt), '-', '-', '-', '-', '-', `cannot be read: ${reasonOf(record)}`],
        kind: null,
      };
  }
}

function reasonOf(record: StreamRecord): string {
  return record.kind === 'unreadable' ? record.reason : `no event, but ${record.kind}`;
}

function time(at: string): string {
  const parsed = new Date(at);
  return Number.isNaN(parsed.getTime()) ? at : parsed.toISOString();
}
