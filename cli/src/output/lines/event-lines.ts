import { styleText } from 'node:util';
import { readStream, type StreamRecord } from '@rocket/schema';
import type { TailEventsQuery } from '../admin/generated/operations.ts';
import type { CommandLine } from '../command-line.ts';

type StreamEvent = TailEventsQuery['events']['events'][number];

const HEADER = ['TIME', 'APP', 'ENTITY', 'OP', 'KEY', 'VERSION', 'CHANGED', 'ACTOR'] as const;
/** Columns cannot know what will come: these hold what is usual, and grow with what does not fit. */
const WIDTHS = [24, 10, 14, 6, 36, 7, 24];
/** A link has three tags, of its table and of its ends. */
const SHOWN_TAGS = 3;
const OP = 3;
const GAP = '  ';

const COLOURS = {
  create: 'green',
  update: 'yellow',
  delete: 'red',
  effect: 'cyan',
  touched: 'cyan',
} as const;

export interface EventPrinter {
  print(event: StreamEvent): void;
}

/** Prints events one by one: as they were published for programs, in columns for people. */
export function createEventPrinter(line: Pick<CommandLine, 'stdout'>, json: boolean): EventPrinter {
  const { stdout } = line;
  if (json) return { print: (event) => void stdout.write(`${jsonLine(event)}\n`) };
  const row = createRows(stdout);
  let begun = false;
  return {
    print(event) {
      if (!begun) stdout.write(row(HEADER, null));
      begun = true;
      const { cells, kind } = describe(event);
      stdout.write(row(cells, kind));
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

function createRows(stdout: NodeJS.WritableStream) {
  const widths = [...WIDTHS];
  return (cells: readonly string[], kind: Kind | null): string => {
    const shown = cells.map((cell, column) => {
      const text = printable(cell);
      widths[column] = Math.max(widths[column] ?? 0, text.length);
      const padded = column === cells.length - 1 ? text : text.padEnd(widths[column] ?? 0);
      return column === OP && kind !== null ? styleText(COLOURS[kind], padded, { stream: stdout }) : padded;
    });
    return `${shown.join(GAP).trimEnd()}\n`;
  };
}

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

/** Keys and names of users are anybody's text, which a terminal must not take for commands. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
}
