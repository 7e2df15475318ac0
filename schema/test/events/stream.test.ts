import { describe, expect, it, test } from 'vitest';
import { type ChangeEvent, changeEvent, isNewer } from '../../src/events/change-event.ts';
import {
  completeEvent,
  encodeEffect,
  encodeEvent,
  encodeTouched,
  shortenEvent,
} from '../../src/events/encode-event.ts';
import { linkTags } from '../../src/events/event-tags.ts';
import { readStream } from '../../src/events/read-stream.ts';
import {
  changeSubject,
  effectSubject,
  eventSubject,
  isChangeSubject,
  subjectApp,
} from '../../src/events/subjects.ts';
import { MAX_TOUCHED_TAGS, touchedEvent, touchedTables } from '../../src/events/touched-event.ts';
import { transitionEffect } from '../../src/events/transition-effect.ts';
import { encodeStatement, type WriterStatement } from '../../src/events/writer-statement.ts';
import { appName, epoch, lsn, shardName } from '../../src/ids.ts';
import { rawNumber } from '../../src/values/exact-json.ts';
import { concernsWebhooks, matchWebhooks } from '../../src/webhooks/match-webhooks.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';

const MODEL = model({ entities: [entity('deal', [{ name: 'title', type: 'string' }])] });
const DEAL = entityOf(MODEL, 'deal');
const RECORD = { key: 'd-1', version: 1, values: { id: 'd-1', title: 'a "quoted" }' } };
const NEW = changeEvent(
  MODEL.app,
  { userId: null, email: null, roles: [] },
  { entity: DEAL, operation: 'create', before: null, after: RECORD },
);
const LATE = { id: '7', epoch: epoch(2), at: '2026-01-31T12:00:00.123456+00:00', lsn: lsn('16/B374D848') };

describe('an event on the stream', () => {
  it('is read as it was made, with what was known late', () => {
    const payload = completeEvent(encodeEvent(NEW).payload, LATE);
    expect(readStream(payload)).toEqual({ kind: 'change', event: { ...NEW, ...LATE, omitted: false } });
  });

  it('is read as the database stores it', () => {
    const stored = JSON.stringify({
      ...JSON.parse(encodeEvent(NEW).payload),
      id: '7',
      epoch: 2,
      at: LATE.at,
    });
    const payload = completeEvent(stored, { lsn: LATE.lsn });
    expect(readStream(payload)).toEqual({ kind: 'change', event: { ...NEW, ...LATE, omitted: false } });
  });

  it('that is too large goes without its record', () => {
    const values = { ...RECORD.values, title: 'x'.repeat(2_000_000) };
    const large = encodeEvent({ ...NEW, record: values });
    const short = shortenEvent(completeEvent(large.payload, LATE));
    expect(short.length).toBeLessThan(1_000);
    expect(readStream(short)).toEqual({
      kind: 'change',
      event: { ...NEW, ...LATE, record: null, previous: null, omitted: true },
    });
  });

  it('keeps numbers that a double cannot hold', () => {
    const exact = rawNumber('12345678901234567890.5');
    const payload = completeEvent(encodeEvent({ ...NEW, record: { extra: exact } }).payload, LATE);
    const read = readStream(payload);
    expect(read.kind === 'change' && JSON.stringify(read.event.record)).toBe(
      '{"extra":12345678901234567890.5}',
    );
  });

  it('of an effect is told from one of a change', () => {
    const asked = {
      entity: 'deal',
      effect: 'send_event',
      definition: { event: 'won' },
      transition: { field: 'stage', from: 'open', to: 'won' },
      record: RECORD,
    } as const;
    const effect = transitionEffect(MODEL.app, { userId: 'u-1' }, asked);
    const { subject, payload } = encodeEffect(effect);
    expect(subject).toBe(`rocket.fx.${MODEL.app}.deal.send_event`);
    expect(readStream(completeEvent(payload, LATE))).toEqual({
      kind: 'effect',
      effect: { ...effect, ...LATE, omitted: false },
    });
  });

  it('of a record that an older version did not create is read, and nothing follows from it', () => {
    const asked = {
      entity: 'deal',
      effect: 'create_record',
      definition: { entity: 'deal', values: {} },
      transition: { field: 'stage', from: 'open', to: 'won' },
      record: RECORD,
    } as const;
    const { payload } = encodeEffect(transitionEffect(MODEL.app, { userId: 'u-1' }, asked));
    const read = readStream(completeEvent(payload, LATE));
    expect(read).toMatchObject({ kind: 'effect', effect: { effect: 'create_record' } });
    expect(concernsWebhooks(MODEL, read)).toBe(false);
    expect(matchWebhooks(MODEL, read)).toEqual([]);
  });
});

describe('what is touched without a change of a record', () => {
  const linked = (count: number) =>
    new Set(
      Array.from({ length: count }, (_, key) =>
        linkTags(MODEL.app, { joinTable: 'deal_tags', column: 'deal_id', key: `d@${key}#` }),
      ).flat(),
    );

  it('is read as it was told', () => {
    const touched = touchedEvent(MODEL.app, linked(2));
    const { subject, payload } = encodeTouched(touched);
    expect(subject).toBe(`rocket.tg.${MODEL.app}.-.touched`);
    expect(touched.tags).toEqual([
      `${MODEL.app}.deal_tags`,
      `${MODEL.app}.deal_tags@deal_id=d@0#`,
      `${MODEL.app}.deal_tags@deal_id=d@1#`,
    ]);
    expect(readStream(completeEvent(payload, LATE))).toEqual({
      kind: 'touched',
      touched: { ...touched, ...LATE, omitted: false },
    });
  });

  it('is told by tables where there are too many tags, or the message is too large', () => {
    const whole = { kind: 'touched', app: MODEL.app, tags: [`${MODEL.app}.deal_tags`], omitted: true };
    expect(touchedEvent(MODEL.app, linked(MAX_TOUCHED_TAGS - 1)).omitted).toBe(false);
    expect(touchedEvent(MODEL.app, linked(MAX_TOUCHED_TAGS))).toEqual(whole);
    expect(touchedTables(MODEL.app, linked(2))).toEqual(whole);
    const { payload } = encodeTouched(touchedEvent(MODEL.app, linked(2)));
    expect(readStream(shortenEvent(completeEvent(payload, LATE)))).toEqual({
      kind: 'touched',
      touched: { ...whole, ...LATE },
    });
  });
});

describe('what is no event of ours', () => {
  const whole: unknown = JSON.parse(completeEvent(encodeEvent(NEW).payload, LATE));
  const cases: readonly (readonly [string, string, object])[] = [
    ['text', 'hello', { fault: 'foreign' }],
    ['nothing', '', { fault: 'foreign' }],
    ['null', 'null', { fault: 'foreign' }],
    ['an array', '[]', { fault: 'foreign' }],
    ['an empty object', '{}', { fault: 'foreign' }],
    ['an unknown kind', '{"v":1,"kind":"gossip"}', { fault: 'foreign' }],
    ['a newer version', '{"v":2,"kind":"gossip"}', { fault: 'newer', reason: 'version 2' }],
    ['a name that no app can have', JSON.stringify({ ...Object(whole), app: 'A.b' }), { fault: 'foreign' }],
    ['an id that is no number', JSON.stringify({ ...Object(whole), id: 'x' }), { fault: 'foreign' }],
    [
      'an unknown operation',
      JSON.stringify({ ...Object(whole), op: 'touch' }),
      { fault: 'foreign', reason: 'op' },
    ],
    ['a deep document', `${'['.repeat(100_000)}`, { fault: 'foreign' }],
  ];
  test.each(cases)('%s', (_, payload, fault) => {
    expect(readStream(payload)).toMatchObject({ kind: 'unreadable', ...fault });
  });
});

test.each<[WriterStatement, string]>([
  [
    { kind: 'open', app: appName('crm'), writer: 'w-1', process: 'p', shard: shardName('s1') },
    'rocket.wr.crm.w-1',
  ],
  [
    { kind: 'closed', app: appName('crm'), writer: 'w-1', process: 'p', shard: shardName('s1'), by: 'q' },
    'rocket.wr.crm.w-1',
  ],
  [{ kind: 'beat', process: 'p', shard: shardName('s1'), since: 7, behind: ['w-1'] }, 'rocket.beat.p'],
  [{ kind: 'probe', follower: 'g' }, 'rocket.probe.g'],
])('a statement is read as it was said: $kind', (statement, subject) => {
  const encoded = encodeStatement(statement);
  expect(encoded.subject).toBe(subject);
  expect(readStream(encoded.payload)).toEqual(statement);
});

test('a statement that names what cannot be a subject is none', () => {
  const said = { kind: 'probe', follower: 'a.b >' };
  expect(readStream(JSON.stringify(said))).toMatchObject({ kind: 'unreadable', fault: 'foreign' });
});

test('subjects filter by their parts', () => {
  expect(changeSubject({ app: appName('crm'), entity: 'deal' })).toBe('rocket.ev.crm.deal.*');
  expect(changeSubject({})).toBe('rocket.ev.*.*.*');
  expect(effectSubject({ effect: 'webhook' })).toBe('rocket.fx.*.*.webhook');
  expect(eventSubject({ app: appName('crm') })).toBe('rocket.*.crm.*.*');
});

test.each([
  ['rocket.ev.crm.deal.create', 'crm'],
  ['rocket.wr.crm.w-1', 'crm'],
  ['rocket.tg.crm.-.touched', 'crm'],
  ['rocket.fx.crm.deal.webhook', null],
  ['rocket.ev.No App.deal.create', null],
  ['rocket.evil.crm.deal', null],
  ['rocket.ev', null],
])('what cannot be read under %s may be a change of %s', (subject, app) => {
  expect(subjectApp(subject)).toBe(app);
});

test.each([
  ['rocket.ev.crm.deal.create', true],
  ['rocket.fx.crm.deal.webhook', false],
  ['rocket.tg.crm.-.touched', false],
  ['rocket.evil.crm.deal.create', false],
])('what is under %s is a change: %s', (subject, is) => {
  expect(isChangeSubject(subject)).toBe(is);
});

test('of two events of a record the one of the later epoch, else of the higher id is newer', () => {
  const at = (inEpoch: number, id: string): Pick<ChangeEvent, 'epoch' | 'id'> => ({
    epoch: epoch(inEpoch),
    id,
  });
  expect(isNewer(at(1, '10'), at(1, '9'))).toBe(true);
  expect(isNewer(at(1, '9'), at(1, '10'))).toBe(false);
  expect(isNewer(at(1, '9'), at(1, '9'))).toBe(false);
  expect(isNewer(at(2, '1'), at(1, '9'))).toBe(true);
  expect(isNewer(at(1, '9007199254740993'), at(1, '9007199254740992'))).toBe(true);
});
