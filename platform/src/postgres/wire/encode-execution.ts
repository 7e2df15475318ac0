/**
 * The messages that execute a prepared statement whose columns are known: Bind, Execute and Sync, as one buffer.
 * Sending is most of a statement's cost in this process, and one buffer is cheaper to send than several.
 */
import type { WireValue } from './wire-values.ts';

/** Execute, without a limit of rows: the same bytes each time. */
export const EXECUTE = Buffer.from('45000000090000000000', 'hex');
/** Ends a message: the server answers, and what was executed since the last one is committed or rolled back. */
export const SYNC = Buffer.from('5300000004', 'hex');
export const EXECUTE_AND_SYNC = Buffer.concat([EXECUTE, SYNC]);

const PARSE = 'P'.charCodeAt(0);
const BIND = 'B'.charCodeAt(0);
const TEXT_FORMAT = 0;
const BINARY_FORMAT = 1;
const NULL_LENGTH = -1;
/** Type, length, portal, end of the name, and three counts: of formats, of values, of formats of the result. */
const BIND_OVERHEAD_BYTES = 1 + 4 + 1 + 1 + 2 + 2 + 2;
const BYTES_PER_VALUE = 2 + 4;

/**
 * @param name in ASCII. The result comes as text, which is the default format.
 * @param end what follows the Bind
 */
export function encodeExecution(
  name: string,
  values: readonly WireValue[],
  end: Buffer = EXECUTE_AND_SYNC,
): Buffer {
  const lengths = values.map(wireLength);
  const bindBytes = lengths.reduce(
    (sum, length) => sum + BYTES_PER_VALUE + Math.max(0, length),
    BIND_OVERHEAD_BYTES + name.length,
  );
  const buffer = Buffer.allocUnsafe(bindBytes + end.length);
  // The length includes itself, but not the type before it.
  let at = buffer.writeInt32BE(bindBytes - 1, buffer.writeUInt8(BIND, 0));
  at = buffer.writeUInt8(0, at);
  at += buffer.write(name, at, 'latin1');
  at = buffer.writeUInt8(0, at);
  at = buffer.writeUInt16BE(values.length, at);
  for (const value of values)
    at = buffer.writeInt16BE(Buffer.isBuffer(value) ? BINARY_FORMAT : TEXT_FORMAT, at);
  at = buffer.writeUInt16BE(values.length, at);
  values.forEach((value, index) => {
    at = buffer.writeInt32BE(lengths[index] ?? NULL_LENGTH, at);
    if (typeof value === 'string') at += buffer.write(value, at);
    else if (value !== null) at += value.copy(buffer, at);
  });
  at = buffer.writeInt16BE(0, at);
  end.copy(buffer, at);
  return buffer;
}

/** Like {@link encodeExecution} without the Sync, when more executions follow in the same message. */
export function encodeExecutionPart(name: string, values: readonly WireValue[]): Buffer {
  return encodeExecution(name, values, EXECUTE);
}

/** The messages that run a command without values or result, such as BEGIN, as part of a larger message. */
export function encodeCommand(text: string): Buffer {
  const parse = Buffer.from(`.....\0${text}\0\0\0`);
  parse.writeUInt8(PARSE, 0);
  parse.writeInt32BE(parse.length - 1, 1);
  return Buffer.concat([parse, encodeExecutionPart('', [])]);
}

function wireLength(value: WireValue): number {
  if (value === null) return NULL_LENGTH;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
}
