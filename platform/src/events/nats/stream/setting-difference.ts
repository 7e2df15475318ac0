/** A setting of the stream or of a consumer that is not as this version wants it. */
export interface SettingDifference {
  readonly object: 'stream' | `consumer ${string}`;
  /** Its name in NATS; `exists` when the whole object is missing. */
  readonly setting: string;
  readonly is: string;
  readonly wanted: string;
  /** What it takes: a running server changes it, or the object has to be deleted and made again, with what is in it. */
  readonly change: 'online' | 'needs recreation';
}

const DURATIONS = new Set(['max_age', 'duplicate_window', 'ack_wait']);
const NANOS_PER_SECOND = 1e9;

/** A value as people read it; times in seconds. Servers leave out what is false or empty. */
export function describeSetting(setting: string, value: unknown): string {
  if (value === undefined || value === null || value === false || value === '') return 'none';
  if (typeof value === 'number' && DURATIONS.has(setting)) return `${value / NANOS_PER_SECOND} s`;
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export function missing(object: SettingDifference['object']): SettingDifference {
  return { object, setting: 'exists', is: 'no', wanted: 'yes', change: 'online' };
}
