import { describe, expect, it } from 'vitest';
import { type CacheRules, cacheRules, strictestRules } from '../../src/access/cache-rules.ts';
import { entity, type JsonObject, model } from '../support/document-fixture.ts';

/** Rules for entities `a`, `b`, ... with these settings each, in an app with those of the first argument. */
function rules(app: JsonObject | null, ...settings: (JsonObject | null)[]): CacheRules {
  const names = settings.map((_, index) => String.fromCharCode('a'.charCodeAt(0) + index));
  const entities = settings.map((cache, index) => entity(names[index] ?? '', [], cache ? { cache } : {}));
  return cacheRules(model({ ...(app ? { cache: app } : {}), entities }), names);
}

const policy = (name: string): JsonObject => ({ policy: name });
const ttl = (seconds: number): JsonObject => ({ ttl_seconds: seconds });

describe('who may keep an answer', () => {
  it.each<[string, CacheRules, CacheRules['policy'], string[]]>([
    ['nothing said', rules(null, null, null), 'shared', ['shop.a', 'shop.b']],
    ['nothing read and nothing said', rules(null), 'shared', []],
    ['nothing read of a public app', rules(policy('public')), 'public', ['shop']],
    ['a public app', rules(policy('public'), null, ttl(9)), 'public', ['shop']],
    ['a public app and entity', rules(policy('public'), policy('public')), 'public', ['shop', 'shop.a']],
    ['public entities', rules(null, policy('public'), policy('public')), 'public', ['shop.a', 'shop.b']],
    ['one that is not public', rules(null, policy('public'), null), 'shared', ['shop.b']],
    ['a private entity', rules(policy('public'), policy('private'), null), 'private', ['shop.a']],
    ['a private app', rules(policy('private'), policy('public'), null), 'private', ['shop']],
    ['an entity not kept', rules(policy('private'), policy('no_store'), null), 'no_store', ['shop.a']],
    ['an app not kept', rules(policy('no_store'), policy('public')), 'no_store', ['shop']],
  ])('%s', (_name, given, expected, because) => {
    expect(given).toMatchObject({ policy: expected, because });
  });
});

describe('how long', () => {
  it.each<[string, CacheRules, number | null, string[]]>([
    ['nothing said', rules(policy('public'), null), null, []],
    ['an app', rules(ttl(60), null), 60, ['shop']],
    ['a shorter entity', rules(ttl(60), ttl(10), ttl(30)), 10, ['shop.a']],
    ['a longer entity', rules(ttl(60), ttl(600)), 60, ['shop']],
    ['two alike', rules(null, ttl(60), ttl(60), null), 60, ['shop.a', 'shop.b']],
  ])('%s', (_name, given, ttlSeconds, ttlBecause) => {
    expect(given).toMatchObject({ ttlSeconds, ttlBecause });
  });
});

it('leaves out entities that are not read', () => {
  const of = model({ entities: [entity('a', [], { cache: policy('no_store') }), entity('b')] });
  expect(cacheRules(of, ['b', 'b']).because).toEqual(['shop.b']);
  expect(cacheRules(of, ['b']).policy).toBe('shared');
  expect(() => cacheRules(of, ['gone'])).toThrow('There is no entity "gone"');
});

it('takes the strictest of several apps', () => {
  const open: CacheRules = { policy: 'public', ttlSeconds: 5, because: ['cms'], ttlBecause: ['cms.post'] };
  const closed: CacheRules = { policy: 'private', ttlSeconds: null, because: ['crm.deal'], ttlBecause: [] };
  expect(strictestRules([open])).toEqual(open);
  expect(strictestRules([open, closed])).toEqual({
    policy: 'private',
    ttlSeconds: 5,
    because: ['crm.deal'],
    ttlBecause: ['cms.post'],
  });
  expect(strictestRules([])).toEqual({ policy: 'shared', ttlSeconds: null, because: [], ttlBecause: [] });
});
