import { showValue } from '../../document/faults/show-value.ts';
import type { ExpressionScope, ExpressionShape } from '../../expressions/expression-shape.ts';
import { DURATION_HINT, readDuration } from '../durations.ts';
import type { Goto, WaitUntil } from '../workflow-model.ts';
import { readPath } from './read-paths.ts';
import { findField, isAbsent, type Part, readCondition, readEventName } from './reading.ts';
import { EVENT_VARIABLES, type WorkflowEntity } from './workflow-scope.ts';

/** Shapes of values that may name a time. */
const TIMES: ReadonlySet<ExpressionShape> = new Set<ExpressionShape>(['timestamp', 'date', 'string', 'json']);
const KINDS = ['duration', 'until', 'event'] as const;
/** A field of the trigger's record, as it is when the step begins. */
const FIELD = /^record\.([^.]+)$/;

export interface WaitScope {
  readonly entity: WorkflowEntity | undefined;
  readonly variables: ExpressionScope;
  readonly readGoto: (property: string) => Goto | null;
}

/** Null when the step has faults. */
export function readWait(part: Part, of: WaitScope): WaitUntil | null {
  const { value, report } = part;
  const given = KINDS.filter((property) => !isAbsent(value[property]));
  const [kind, second] = given;
  if (kind === undefined || second !== undefined) {
    const place = second === undefined ? [] : [second];
    report.fault(place, 'A wait has exactly one of "duration", "until" and "event"');
    return null;
  }
  if (kind === 'event') return readEvent(part, of);
  for (const property of ['condition', 'timeout', 'on_timeout'].filter((name) => !isAbsent(value[name])))
    report.fault([property], 'Only a wait for an event has this property');
  if (kind === 'until') return readUntil(part, of);
  const ms = readTime(part, 'duration');
  return ms === null || ms === undefined ? null : { kind, ms };
}

/** Milliseconds; undefined when it has a fault, null when there is none. */
export function readTime({ value, report }: Part, property: string): number | null | undefined {
  const given = value[property];
  if (isAbsent(given)) return null;
  const ms = readDuration(given);
  if (ms !== null) return ms;
  report.fault([property], `${showValue(given)} is not a duration`, DURATION_HINT);
  return undefined;
}

function readEvent(part: Part, { variables, readGoto }: WaitScope): WaitUntil | null {
  const event = readEventName(part);
  const condition = readCondition(part, new Map([...variables, ...EVENT_VARIABLES]));
  const timeoutMs = readTime(part, 'timeout');
  const onTimeout = readGoto('on_timeout');
  if (event === null || condition === undefined || timeoutMs === undefined || onTimeout === null) return null;
  return { kind: 'event', event, condition, timeoutMs, onTimeout };
}

function readUntil(part: Part, { entity, variables }: WaitScope): WaitUntil | null {
  const { value, report } = part;
  const text = value['until'];
  const name = typeof text === 'string' ? FIELD.exec(text)?.[1] : undefined;
  if (name === undefined) {
    const read = readPath(part, 'until', variables);
    if (read === null || TIMES.has(read.shape))
      return read === null ? null : { kind: 'date', path: read.path };
    report.fault(['until'], `${showValue(text)} is not a time`);
    return null;
  }
  if (entity === undefined) {
    report.fault(['until'], 'The trigger has no record');
    return null;
  }
  const field = findField(entity, name, (message, hint) => report.fault(['until'], message, hint));
  if (field === null || TIMES.has(field.type))
    return field === null ? null : { kind: 'field', entity: entity.name, field: field.name };
  report.fault(['until'], `${JSON.stringify(field.name)} is of type ${field.type} and holds no time`);
  return null;
}
