/** What a document says about keeping answers, of the app and of its entities. */
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/document/canonical-json.ts';
import { normalizeDocument } from '../../src/document/normalize.ts';
import { parseDocument } from '../../src/document/parse-document.ts';
import type { JsonValue } from '../../src/document/types.ts';
import { APP, entity, entityOf, type JsonObject, model, parsed } from '../support/document-fixture.ts';
import { type FaultCase, itRefuses } from './document-fault-fixture.ts';

const app = (cache: JsonValue): JsonObject => ({ cache, entities: [entity('ticket')] });
const ofEntity = (cache: JsonValue): JsonObject => ({ entities: [entity('ticket', [], { cache })] });

const FAULTS: readonly (readonly [name: string, cache: JsonValue, place: string])[] = [
  ['another policy', { policy: 'shared' }, '.policy'],
  ['a policy in capitals', { policy: 'Private' }, '.policy'],
  ['a time of zero', { ttl_seconds: 0 }, '.ttl_seconds'],
  ['a time of more than a day', { ttl_seconds: 86_401 }, '.ttl_seconds'],
  ['a broken time', { ttl_seconds: 1.5 }, '.ttl_seconds'],
  ['a time as text', { ttl_seconds: '60' }, '.ttl_seconds'],
  ['a misspelt property', { polcy: 'no_store' }, '.polcy'],
  ['what only items of a section may have', { id: 'a' }, '.id'],
  ['a text', 'no_store', ''],
  ['a list', [], ''],
];

describe('of an app', () => {
  itRefuses(FAULTS.map(([name, cache, place]): FaultCase => [name, app(cache), [`$.cache${place}`]]));
});

describe('of an entity', () => {
  itRefuses(
    FAULTS.map(([name, cache, place]): FaultCase => [name, ofEntity(cache), [`$.entities[0].cache${place}`]]),
  );
});

it('says what may have been meant', () => {
  const result = parseDocument({ version: 1, ...app({ policy: 'no-store', ttl: 5 }) }, APP);
  expect(result.ok ? [] : result.faults.map(({ path, hint }) => [path, hint])).toEqual([
    ['$.cache.policy', 'Did you mean "no_store"? Allowed: public, private, no_store'],
    ['$.cache.ttl', expect.stringContaining('Known: policy, ttl_seconds')],
  ]);
});

it('is taken without a warning, and is in the model', () => {
  const document = {
    cache: { policy: 'public', ttl_seconds: 86_400 },
    entities: [entity('a', [], { cache: { policy: 'private', ttl_seconds: 1 } }), entity('b')],
  };
  expect(parseDocument({ version: 1, ...document }, APP)).toMatchObject({ ok: true, warnings: [] });
  const of = model(document);
  expect(of.cache).toEqual({ policy: 'public', ttlSeconds: 86_400 });
  expect(entityOf(of, 'a').cache).toEqual({ policy: 'private', ttlSeconds: 1 });
  expect(entityOf(of, 'b').cache).toEqual({ policy: null, ttlSeconds: null });
});

describe('in the normal form', () => {
  const normal = (document: JsonObject) => canonicalJson(normalizeDocument(parsed(document)));

  it.each([{ policy: 'no_store' }, { ttl_seconds: 5 }, { ttl_seconds: 5, policy: 'public' }])(
    'is kept: %j',
    (cache) => {
      for (const document of [app(cache), ofEntity(cache)]) {
        const once = normal(document);
        expect(once).toContain(`"cache":${canonicalJson(cache)}`);
        expect(normal(JSON.parse(once))).toBe(once);
      }
    },
  );

  it.each([null, {}, { policy: null, ttl_seconds: null }])(
    'is left out when it says nothing: %j',
    (cache) => {
      const without = normal({ entities: [entity('ticket')] });
      expect(normal(app(cache))).toBe(without);
      expect(normal(ofEntity(cache))).toBe(without);
    },
  );
});
