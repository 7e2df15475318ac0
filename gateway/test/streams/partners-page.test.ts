/** docs/partners.md says what the code does: its codes, statuses and limits, and the code that it shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE, isErrorCode } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { CLOSE_CODES } from '../../src/streams/close-codes.ts';
import { DEFAULT_STREAM_SETTINGS } from '../../src/streams/stream-settings.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PAGE = readFileSync(join(ROOT, 'docs/partners.md'), 'utf8');
const PROGRAMS = ['follow.ts', 'receive.ts'].map((name) =>
  readFileSync(join(ROOT, 'examples/partners', name), 'utf8'),
);

/** The cells of each row of a table under a heading. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, after = ''] = PAGE.split(`\n${heading}\n`);
  const [section = ''] = after.split(/\n##/);
  return [...section.matchAll(/^\| (.*) \|$/gm)].map(([, row = '']) => row.split(' | ')).slice(1);
}

describe('docs/partners.md', () => {
  it('lists every close code of the gateway', () => {
    const listed = rowsOf('### Closed connections').flatMap(([codes = '']) => codes.split(', '));
    expect(listed.length).toBeGreaterThan(Object.keys(CLOSE_CODES).length);
    expect(Object.values(CLOSE_CODES).filter((code) => !listed.includes(String(code)))).toEqual([]);
  });

  it('lists errors with their statuses, and goes on with those that can be repeated', () => {
    const listed = rowsOf('### Codes of errors').flatMap(([codes = '', statuses = '', advice = '']) =>
      codes.split(', ').map((code, at) => ({
        code: code.replaceAll('`', ''),
        status: Number(statuses.split(', ')[at] ?? statuses.split(', ')[0]),
        isRetried: advice === 'go on',
      })),
    );
    expect(listed.length).toBeGreaterThan(15);
    for (const { code, ...said } of listed) {
      if (!isErrorCode(code)) throw new Error(`${code} is no code`);
      const { status, retryable } = ERROR_CATALOGUE[code];
      expect({ code, ...said }).toEqual({ code, status, isRetried: retryable });
    }
  });

  it('says the limits as they are', () => {
    const number = (value: number) => value.toLocaleString('en');
    const seconds = (ms: number) => `${ms / 1_000} s`;
    const settings = DEFAULT_STREAM_SETTINGS;
    const limits = new Map(rowsOf('## Limits').map(([what = '', limit = '']) => [what, limit]));
    const expected = {
      'connections of a user, WebSockets and event streams together': number(settings.maxConnectionsPerUser),
      'subscriptions of a user': number(settings.maxSubscriptionsPerUser),
      'connections of all callers without a token at one address': number(settings.maxConnectionsPerAddress),
      'subscriptions of all callers without a token at one address': number(
        settings.maxSubscriptionsPerAddress,
      ),
      'operations on one WebSocket': `${number(settings.maxOperationsPerConnection)}, whose messages are at most ${settings.maxOperationBytes / 1024 ** 2} MiB together`,
      'messages from you on one WebSocket': `${number(settings.messagesPerSecond)} a second, after ${number(settings.messageBurst)} at once`,
      'bytes before `connection_ack`': `${settings.maxBytesBeforeAck / 1024} KiB`,
      'time until `connection_init`': seconds(settings.initWaitMs),
      'time in which a message has to be taken': seconds(settings.sendTimeoutMs),
    };
    expect(Object.fromEntries(limits)).toMatchObject(expected);
    expect(PAGE).toContain(`pings every ${seconds(settings.pingMs)}`);
    expect(PAGE).toContain(`a comment, after ${seconds(settings.commentMs)} of silence`);
    expect(PAGE).toContain(`within ${seconds(settings.reconnectWithinMs)}: WebSockets by 1012`);
  });

  it('shows parts of the programs as they are', () => {
    const parts = [...PAGE.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, part = '']) => part);
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.filter((part) => !PROGRAMS.some((program) => program.includes(part)))).toEqual([]);
    for (const program of PROGRAMS) expect(parts.some((part) => program.includes(part))).toBe(true);
  });
});
