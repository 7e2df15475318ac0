import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatEventStatus } from '../src/output/event-status.ts';
import { createEventPrinter } from '../src/output/lines/event-lines.ts';

const AT = '2026-01-02T03:04:05.678Z';
const KEY = 'c0000000-0000-4000-8000-000000000001';

const change = (more: Readonly<Record<string, unknown>> = {}) => ({
  ...{
    v: 1,
    id: '9007199254740993',
    app: 'crm',
    epoch: 1,
    at: '2026-01-02T03:04:05.678901+00:00',
    lsn: '0/1',
  },
  ...{ entity: 'deal', op: 'update', key: KEY, version: 7, actor: 'u-1', changed: ['stage', 'amount'] },
  ...{ record: {}, previous: {}, tags: [], omitted: false },
  ...more,
});
const effect = {
  ...change({ op: undefined, changed: undefined }),
  ...{ kind: 'effect', effect: 'create_record', definition: {}, actor: null },
  transition: { field: 'stage', from: null, to: 'won' },
};

/** What is printed of texts that were published, as on a terminal or not. */
function printed(texts: readonly string[], options: { json?: boolean; isTTY?: boolean } = {}): string {
  const stdout = Object.assign(new PassThrough(), {
    isTTY: options.isTTY === true,
    getColorDepth: () => 8,
  });
  const printer = createEventPrinter({ stdout }, options.json === true);
  for (const [at, json] of texts.entries()) printer.print({ position: at + 1, storedAt: AT, json });
  return String(stdout.read());
}

describe('events for people', () => {
  it('stand in columns under one header', () => {
    const created = change({ op: 'create', actor: null, changed: [] });
    const lines = printed([change(), created].map((each) => JSON.stringify(each))).split('\n');
    expect(lines).toEqual([
      'TIME                      APP         ENTITY          OP      KEY                                   VERSION  CHANGED                   ACTOR',
      `${AT}  crm         deal            update  ${KEY}  7        stage,amount              u-1`,
      `${AT}  crm         deal            create  ${KEY}  7        -                         -`,
      '',
    ]);
  });

  it('tell effects by what they do and the transition', () => {
    expect(printed([JSON.stringify(effect)])).toContain(
      `deal            effect  ${KEY}  7        create_record: stage ->won`,
    );
  });

  it('tell what is touched by its first tags', () => {
    const touched = (count: number) =>
      JSON.stringify({
        ...{ v: 1, kind: 'touched', id: '8', app: 'crm', epoch: 1, at: AT },
        tags: Array.from({ length: count }, (_, at) => `crm.deal_tags@deal_id=${at}`),
      });
    const [, few, many] = printed([touched(2), touched(5)]).split('\n');
    expect(few).toMatch(/ - {2,}touched {2}- {2}.*crm\.deal_tags@deal_id=0,crm\.deal_tags@deal_id=1 {2}-$/);
    expect(many).toMatch(/=0,\S+=1,\S+=2 and 2 more {2}-$/);
  });

  it('have colours on a terminal only', () => {
    const texts = [JSON.stringify(change({ op: 'delete' }))];
    expect(printed(texts, { isTTY: true })).toContain('\u001B[31mdelete\u001B[39m');
    expect(printed(texts)).not.toContain('\u001B');
  });

  it('cannot send commands to the terminal', () => {
    const text = printed([JSON.stringify(change({ key: '\u001B[2Jx\ny' }))]);
    expect(text).toContain('\u{FFFD}[2Jx\u{FFFD}y');
    expect(text.split('\n')).toHaveLength(3);
  });

  it.each([
    ['{"v":2}', 'cannot be read: version 2'],
    ['nothing', 'cannot be read: '],
    ['{"kind":"probe","follower":"f"}', 'cannot be read: no event, but probe'],
  ])('say of %j that it is none', (text, said) => {
    expect(printed([text])).toContain(said);
  });
});

describe('events for programs', () => {
  it('are as they were published, digits included', () => {
    const text =
      '{"v":1,"id":"1","at":"x","app":"crm","epoch":1,"entity":"a","op":"create","key":"k","version":1,"actor":null,"changed":[],"record":{"n":12345678901234567890},"previous":null,"tags":[]}';
    expect(printed([text], { json: true })).toBe(`${text}\n`);
  });

  it('take one line each, whatever was published', () => {
    const spread = JSON.stringify(change(), null, 2);
    const lines = printed([spread, 'no\njson'], { json: true }).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      JSON.parse(spread),
      { position: 2, unreadable: expect.any(String) },
    ]);
  });
});

describe('the status for people', () => {
  const stored = {
    first: 5,
    last: 1_204,
    lastStoredAt: AT,
    messages: 1_200,
    bytes: 2_500_000,
    differences: [],
  };
  const up = { kind: 'nats', up: true, since: AT, reason: null, stored };
  const outbox = { waiting: 50_000, oldestWaitingMs: 61_250, publishedLastHour: 12, countedUpTo: 50_000 };
  const crm = {
    app: 'crm',
    shard: 's1',
    outbox,
    followed: { position: 9, ageMs: 250, sure: true },
    problem: null,
  };

  it('has a table each of apps, processes and consumers', () => {
    const text = formatEventStatus({
      stream: up,
      apps: [crm],
      writers: [{ process: 's1-a', shard: 's1', silentMs: 120, apps: ['crm', 'desk'] }],
      consumers: [{ name: 'webhooks', waiting: 3, handling: 2, redelivered: 1 }],
    });
    expect(text).toBe(
      [
        `The stream is on NATS, up since ${AT}`,
        `It holds 1,200 messages, 2.4 MB, 5 to 1204, the last at ${AT}`,
        '',
        'APP   SHARD   WAITING          OLDEST   LAST HOUR   SURE   AGE',
        'crm   s1      50,000 or more   61.3 s   12          yes    0.3 s',
        '',
        'WRITING PROCESS   SHARD   SILENT   APPS',
        's1-a              s1      0.1 s    crm, desk',
        '',
        'CONSUMER   WAITING   HANDLING   REDELIVERED',
        'webhooks   3         2          1',
      ].join('\n'),
    );
  });

  it('says what cannot be said, and why', () => {
    const text = formatEventStatus({
      stream: { ...up, up: false, reason: 'timeout', stored: null },
      apps: [
        {
          ...crm,
          outbox: null,
          followed: { position: 0, ageMs: null, sure: false },
          problem: 'Shard s1 is away',
        },
      ],
      writers: [],
      consumers: null,
    });
    expect(text).toBe(
      [
        `The stream is on NATS, down since ${AT}: timeout`,
        'What it holds cannot be said now.',
        '',
        'APP   SHARD   WAITING   OLDEST   LAST HOUR   SURE   AGE',
        'crm   s1      ?         ?        ?           no     -',
        '',
        'crm: Shard s1 is away',
      ].join('\n'),
    );
  });

  it('of an empty stream has no range, and names settings that differ', () => {
    const differences = [
      { object: 'stream', setting: 'max_age', is: '1 s', wanted: '2 s', change: 'online' },
    ];
    const empty = { ...stored, first: 1, last: 0, lastStoredAt: null, messages: 0, bytes: 0, differences };
    const text = formatEventStatus({
      stream: { ...up, stored: empty },
      apps: [],
      writers: [],
      consumers: [],
    });
    expect(text).toBe(
      [
        `The stream is on NATS, up since ${AT}`,
        'It holds 0 messages, 0 B',
        'stream max_age is 1 s, not 2 s (online): see `rocket events check`',
        '',
        'No apps yet.',
      ].join('\n'),
    );
  });
});
