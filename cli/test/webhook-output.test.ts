import { appName } from '@rocket/schema';
import { InvalidArgumentError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WrongUsage } from '../src/command-line.ts';
import { kindOfChoice } from '../src/commands/webhook/deliveries-given.ts';
import { chooseEndpoint } from '../src/commands/webhook/find-endpoint.ts';
import { hoursOf, timeOrAge } from '../src/commands/webhook/times-given.ts';
import { redeliveredText } from '../src/commands/webhook/webhook-redeliver.ts';
import { formatDelivery, formatTest } from '../src/output/webhooks/delivery-detail.ts';
import { formatDeliveries } from '../src/output/webhooks/delivery-table.ts';
import { formatEndpoints } from '../src/output/webhooks/endpoint-table.ts';

const AT = '2026-01-02T03:04:05.678Z';
const CRM = appName('crm');
const ENDPOINT = {
  ...{ id: '4be1aaaa-0000-4000-8000-000000000001', url: 'https://erp.test/orders', createdAt: AT },
  ...{ disabled: null, failingSince: null, formerSecretUntil: null, waiting: 1_234, failed: 0 },
  uses: [
    { event: 'after_write', of: 'deal', method: 'POST' },
    { event: 'after_write', of: 'deal', method: 'PUT' },
    { event: 'workflow', of: 'approval', method: 'POST' },
  ],
};
const OTHER = { ...ENDPOINT, id: '4be1bbbb-0000-4000-8000-000000000002', url: 'https://erp.test/deals' };
const DELIVERY = {
  ...{ id: '019b0c3e-5f0a-7c53-9a53-0f7f0c1f7c11', endpoint: ENDPOINT.id, url: ENDPOINT.url },
  ...{ event: 'after_write', entity: 'deal', recordKey: 'k1', status: 'retrying', attempts: 2 },
  ...{
    maxAttempts: 3,
    lastStatus: 500,
    error: 'the receiver answers 500',
    createdAt: AT,
    dueAt: AT,
    endedAt: null,
  },
};
const ATTEMPT = { number: 1, at: AT, durationMs: 1_234.56, status: 500, error: null, response: 'no\nnever' };
const UNANSWERED = { ...ATTEMPT, number: 2, status: null, error: 'timeout', response: '' };
const DETAIL = { delivery: DELIVERY, method: 'POST', body: '{"a":1}', log: [ATTEMPT, UNANSWERED] };

const cells = (text: string, line: number) => text.split('\n')[line]?.split(/ {3,}/);

describe('endpoints', () => {
  it('are listed with what they are used for, each use once', () => {
    const text = formatEndpoints([ENDPOINT]);
    expect(cells(text, 0)).toEqual(['ID', 'URL', 'STATE', 'WAITING', 'FAILED', 'USED FOR']);
    expect(cells(text, 1)).toEqual([
      ...[ENDPOINT.id, ENDPOINT.url, 'ok', '1,234', '0', 'after_write deal, workflow approval'],
    ]);
    expect(formatEndpoints([])).toBe('The app has no webhooks.');
  });

  it('are said to fail, or to be disabled', () => {
    const failing = { ...ENDPOINT, failingSince: AT, uses: [] };
    expect(cells(formatEndpoints([failing]), 1)?.slice(2)).toEqual([
      ...[`failing since ${AT}`, '1,234', '0', '-'],
    ]);
    const disabled = { ...failing, disabled: { reason: 'gone', at: AT } };
    expect(cells(formatEndpoints([disabled]), 1)?.[2]).toBe(`disabled (gone) since ${AT}`);
  });

  it('are found by id, beginning of an id, or address', () => {
    const choose = (named: string) => chooseEndpoint([ENDPOINT, OTHER], CRM, named).id;
    expect(choose(ENDPOINT.id)).toBe(ENDPOINT.id);
    expect(choose('4BE1B')).toBe(OTHER.id);
    expect(choose('https://erp.test/deals')).toBe(OTHER.id);
    expect(() => choose('4be1')).toThrow('2 endpoints of app crm have ids that begin with 4be1');
    for (const named of ['5', '', 'https://erp.test']) {
      expect(() => choose(named)).toThrow(`App crm has no endpoint ${JSON.stringify(named)}`);
    }
    expect(() => chooseEndpoint([ENDPOINT], CRM, '')).toThrow('App crm has no endpoint ""');
  });
});

describe('deliveries', () => {
  it('are listed, and told to go on', () => {
    const text = formatDeliveries({ deliveries: [DELIVERY], next: null });
    expect(cells(text, 0)).toEqual([
      ...['ID', 'ENDPOINT', 'EVENT', 'RECORD', 'STATUS', 'ATTEMPTS', 'ANSWER', 'CREATED', 'NEXT'],
    ]);
    expect(cells(text, 1)).toEqual([
      ...[DELIVERY.id, '4be1aaaa', 'after_write', 'deal k1', 'retrying', '2', '500', AT, AT],
    ]);
    const bare = { ...DELIVERY, entity: null, recordKey: null, lastStatus: null, dueAt: null };
    const more = formatDeliveries({ deliveries: [bare], next: bare.id });
    expect(cells(more, 1)?.slice(3)).toEqual(['-', 'retrying', '2', '-', AT, '-']);
    expect(more.endsWith(`\n\nThere may be more: --after ${bare.id} shows them.`)).toBe(true);
    expect(formatDeliveries({ deliveries: [], next: null })).toBe('There are no such deliveries.');
  });

  it('are shown with all that is known', () => {
    expect(formatDelivery(DETAIL)).toBe(`Delivery   ${DELIVERY.id}
Endpoint   ${ENDPOINT.id}  ${ENDPOINT.url}
Event      after_write
Record     deal k1
Status     retrying
Error      the receiver answers 500
Attempts   2, at most 3 each time that it is asked for
Created    ${AT}
Next       ${AT}

Attempt 1 at ${AT}: 500 (1,234.6 ms)
  no
  never

Attempt 2 at ${AT}: no answer, timeout (1,234.6 ms)

Body (POST)
  {"a":1}`);
  });

  it('give no commands to a terminal', () => {
    const odd = '\u001b[2J';
    const delivery = { ...DELIVERY, recordKey: odd, error: odd };
    const log = [
      { ...ATTEMPT, response: odd },
      { ...UNANSWERED, error: odd },
    ];
    const detail = { ...DETAIL, delivery, body: odd, log };
    for (const text of [
      formatDelivery(detail),
      formatTest(detail),
      formatDeliveries({ deliveries: [delivery], next: null }),
    ]) {
      expect(text).not.toContain('\u001b');
    }
  });

  it('that were a test are told in short', () => {
    expect(formatTest({ ...DETAIL, log: [ATTEMPT] })).toBe(
      `${ENDPOINT.url} has not accepted: 500 (1,234.6 ms)\n  no\n  never`,
    );
    const delivered = { ...DELIVERY, status: 'delivered', error: null };
    const log = [{ ...ATTEMPT, status: 204, response: '' }];
    expect(formatTest({ ...DETAIL, delivery: delivered, log })).toBe(
      `${ENDPOINT.url} has accepted: 204 (1,234.6 ms)`,
    );
    expect(formatTest({ ...DETAIL, log: [] })).toBe(
      `${ENDPOINT.url} has not accepted: the receiver answers 500`,
    );
  });

  it('that are sent again are counted', () => {
    expect(redeliveredText(1, 1)).toBe('One delivery is sent again.');
    expect(redeliveredText(1_234, 1_234)).toBe('1,234 deliveries are sent again.');
    expect(redeliveredText(0, 2)).toBe('Nothing is sent again; the rest waits already, or is not kept.');
  });
});

describe('a choice of deliveries', () => {
  it('is of ids, of a filter, or of all', () => {
    expect(kindOfChoice({ ids: ['1'] })).toBe('ids');
    expect(kindOfChoice({ ids: [], failed: true, entity: 'deal' })).toBe('filter');
    expect(kindOfChoice({ ids: [], all: true })).toBe('filter');
  });

  it.each([
    { ids: [] },
    { ids: ['1'], all: true },
    { ids: ['1'], failed: true },
    { ids: [], since: AT, all: true },
  ])('has to be one: %j', (given) => {
    expect(() => kindOfChoice(given)).toThrow(WrongUsage);
  });
});

describe('times', () => {
  afterEach(() => vi.useRealTimers());

  it('are ISO 8601, or ages', () => {
    expect(timeOrAge('2026-01-02T03:04:05+01:00')).toBe('2026-01-02T02:04:05.000Z');
    expect(timeOrAge('2026-01-02')).toBe('2026-01-02T00:00:00.000Z');
    vi.useFakeTimers({ now: new Date('2026-01-02T00:00:00Z') });
    expect(timeOrAge('1h30m')).toBe('2026-01-01T22:30:00.000Z');
    expect(['0', '30m', '3d'].map(hoursOf)).toEqual([0, 0.5, 72]);
  });

  it.each(['yesterday', '2', '', '2026-13-01', '-2h', '20y'])('are no others: %j', (text) => {
    expect(() => timeOrAge(text)).toThrow(InvalidArgumentError);
    expect(() => hoursOf(text)).toThrow(InvalidArgumentError);
  });
});
