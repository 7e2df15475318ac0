/** The cache for people. */
import { describe, expect, it } from 'vitest';
import { formatCacheStatus } from '../src/output/cache-numbers.ts';
import { formatExplanation } from '../src/output/explanation.ts';

const SINCE = '2026-03-02T08:00:00.000Z';
const off = { state: 'off', since: null, reason: null };
const none = { hits: 0, misses: 0, errors: 0, timeouts: 0, dropped: 0 };
const memory = {
  ...{ entries: 1_200, bytes: 2_500_000, maxBytes: 134_217_728, evictions: 3 },
  ...{ invalidatedTags: 40, rememberedTags: 12, forgottenTags: 0 },
};
const crm = { app: 'crm', ageMs: 250, sure: true, doubts: [] };

describe('the status', () => {
  it('has what is kept, what became of requests, the apps, and Redis', () => {
    const text = formatCacheStatus({
      ...{ on: true, memory, hitRate: 0.75, bypasses: [] },
      hits: [
        { name: 'memory', count: 2_000 },
        { name: 'shared', count: 100 },
      ],
      misses: [{ name: 'new', count: 700 }],
      apps: [crm, { app: 'desk', ageMs: null, sure: false, doubts: ['No shard has it'] }],
      shared: { ...none, state: 'down', since: SINCE, reason: 'ECONNREFUSED', hits: 100, dropped: 7 },
    });
    expect(text).toBe(
      [
        'Kept answers: 1,200, 2.4 MB of 128.0 MB; dropped for want of room: 3',
        'Tags of changes: 40; remembered: 12; dropped for want of room: 0',
        'Given from the cache: 2,100 (memory 2,000, shared 100), 75 % of those that could be kept',
        'Read and kept: 700 (new 700)',
        'Read and not kept: 0',
        '',
        'APP    SURE   AGE',
        'crm    yes    0.3 s',
        'desk   no     -',
        '',
        'desk: No shard has it',
        '',
        `Redis: down since ${SINCE}: ECONNREFUSED`,
        'Of all that this process keeps there: 100 hits, 0 misses, 0 errors, 0 timeouts, 7 not stored',
      ].join('\n'),
    );
  });

  it('says that the cache is off', () => {
    const nothing = { hits: [], misses: [], bypasses: [], hitRate: null, apps: [] };
    const text = formatCacheStatus({ on: false, memory: null, ...nothing, shared: { ...off, ...none } });
    expect(text).toBe('The cache is off: ROCKET_CACHE is 0\nRedis: none');
  });
});

describe('an explanation', () => {
  const access = { entity: 'deal', sees: 'all', condition: null, byCaller: false };
  const tags = [
    { prefix: 'crm.deal', values: [''], count: 1 },
    { prefix: 'crm.deal#', values: ['1', '2', '3', '4', '5', '6'], count: 400 },
  ];
  const rules = { policy: 'shared', because: ['crm.deal'], ttlSeconds: null, ttlBecause: [] };
  const explanation = {
    ...{ kept: true, keptSeconds: 600, notKept: null, errors: [], inMemory: null, rules },
    apps: [{ app: crm, isAdmin: false, access: [access], tags }],
  };

  it('says for how long, for whom, and until when', () => {
    expect(formatExplanation(explanation)).toBe(
      [
        'Kept, for 600 s at most, or until a change makes it void.',
        '',
        'Shared by all who may read the same:',
        '  crm.deal: all records',
        '',
        'Void from the next change on that has one of these tags:',
        '  crm.deal  (any change of it)',
        '  crm.deal#1, 2, 3, 4, 5 and 395 more',
        '',
        'The gateway is sure of crm.',
        '',
        'No answer was in memory for such a caller.',
      ].join('\n'),
    );
  });

  it.each([
    [{ policy: 'private' }, 'Kept for each user apart, as crm.deal is private. '],
    [{ policy: 'public' }, 'Shared by all who may read the same, and public: '],
    [{ policy: 'no_store' }, 'Shared by nobody. '],
    [{ ttlSeconds: 60, ttlBecause: ['crm'] }, 'Kept, for 600 s at most (set by crm), or'],
  ])('says by the documents: %j', (more, said) => {
    expect(formatExplanation({ ...explanation, rules: { ...rules, ...more } })).toContain(said);
  });

  it.each([
    [{ sees: 'some', condition: 'owner = "u"', byCaller: true }, 'those with owner = "u" (by who the'],
    [{ sees: 'some', condition: 'owner = "u"', byCaller: true }, 'Given to this caller alone'],
    [
      { sees: 'some', condition: 'open = true' },
      'Shared by all who may read the same:\n  crm.deal: those with open',
    ],
    [{ sees: 'none' }, 'crm.deal: no record'],
  ])('says what the caller sees: %j', (more, said) => {
    const [app] = explanation.apps;
    const apps = app === undefined ? [] : [{ ...app, access: [{ ...access, ...more }] }];
    expect(formatExplanation({ ...explanation, apps })).toContain(said);
  });

  it('says that administrators share with each other', () => {
    const apps = explanation.apps.map((app) => ({ ...app, isAdmin: true }));
    expect(formatExplanation({ ...explanation, apps })).toContain('Shared by all administrators of crm who');
  });

  it.each([
    ['current', 'which is still right'],
    ['unsure', 'which is not given while the gateway is not sure'],
    ['expired', 'which is void: expired'],
  ])('says of an answer in memory that is %s', (state, said) => {
    const text = formatExplanation({ ...explanation, inMemory: { state, ageSeconds: 2.25 } });
    expect(text).toContain(`In memory was an answer, 2.3 s old, ${said}`);
  });

  it('says why the gateway is not sure', () => {
    const app = { ...crm, sure: false, doubts: ['No shard has it'] };
    const apps = explanation.apps.map((each) => ({ ...each, app }));
    expect(formatExplanation({ ...explanation, apps })).toContain('not given now:\n  crm: No shard has it');
  });

  it('says why it is not kept', () => {
    const notKept = { reason: 'errors', text: 'Answers with errors are not kept' };
    const refused = { kept: false, keptSeconds: null, notKept, errors: ['Sign in'], rules: null, apps: [] };
    expect(formatExplanation({ ...explanation, ...refused })).toBe(
      'Not kept: Answers with errors are not kept (errors).\n  Sign in',
    );
  });
});
