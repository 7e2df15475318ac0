import { hash } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { readGraphqlRequest } from '../../src/http/graphql-request.ts';
import { createPersistedQueries, type QueryStore } from '../../src/http/persisted-queries.ts';
import { ONE } from '../support/operation-requests.ts';

const sha256 = (text: string) => hash('sha256', text, 'hex');
const extensionsOf = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('the texts that are kept', () => {
  /** A request by GET with these parameters. */
  async function requestOf(sha: string, query?: string) {
    const message = new IncomingMessage(new Socket());
    message.method = 'GET';
    message.headers['apollo-require-preflight'] = '1';
    const search = new URLSearchParams({ extensions: JSON.stringify(extensionsOf(sha)) });
    if (query !== undefined) search.set('query', query);
    return await readGraphqlRequest(message, `?${search}`, 0);
  }

  function memoryStore(): QueryStore & { readonly texts: Map<string, string>; readonly asked: string[] } {
    const texts = new Map<string, string>();
    const asked: string[] = [];
    return {
      ...{ texts, asked },
      async get(sha) {
        asked.push(sha);
        return texts.get(sha) ?? null;
      },
      set(sha, text) {
        texts.set(sha, text);
      },
    };
  }

  const NOT_FOUND = { code: 'PERSISTED_QUERY_NOT_FOUND' };

  it('come from the store of all gateways, which is asked once', async () => {
    const store = memoryStore();
    const [one, two] = [createPersistedQueries(store), createPersistedQueries(store)];
    const sha = sha256(ONE);
    await expect(two(await requestOf(sha))).rejects.toMatchObject(NOT_FOUND);
    await one(await requestOf(sha, ONE));
    expect([...store.texts]).toEqual([[sha, ONE]]);
    store.asked.length = 0;
    for (const queries of [one, two, two]) {
      const { given, persisted, http } = await queries(await requestOf(sha));
      expect(given).toEqual({ query: ONE });
      expect(persisted).toBeNull();
      expect(new URLSearchParams(http.search).has('extensions')).toBe(false);
    }
    expect(store.asked).toEqual([sha]);
  });

  it('return to the store when a client sends one again', async () => {
    const store = memoryStore();
    const queries = createPersistedQueries(store);
    await queries(await requestOf(sha256(ONE), ONE));
    store.texts.clear();
    await queries(await requestOf(sha256(ONE), ONE));
    expect([...store.texts.values()]).toEqual([ONE]);
  });

  it('are not what a store holds under the hash of something else', async () => {
    const store = memoryStore();
    store.set(sha256(ONE), '{ customers { id } }');
    await expect(createPersistedQueries(store)(await requestOf(sha256(ONE)))).rejects.toMatchObject(
      NOT_FOUND,
    );
  });

  it('are not looked for under what is no hash', async () => {
    const store = memoryStore();
    for (const sha of ['', 'x', sha256(ONE).toUpperCase(), `${sha256(ONE)}0`, 'x'.repeat(10_000)]) {
      await expect(createPersistedQueries(store)(await requestOf(sha))).rejects.toMatchObject(NOT_FOUND);
    }
    expect(store.asked).toEqual([]);
  });

  it.each([
    ['too long', `${ONE} # ${'x'.repeat(64 * 1024)}`],
    ['no GraphQL', '{ customer'],
    ['too large', `{${Array.from({ length: 51 }, (_, i) => ` __typename @a${i}`).join('')}}`],
  ])('are not those that are %s, which later stages get all the same', async (_, text) => {
    const store = memoryStore();
    const queries = createPersistedQueries(store);
    expect((await queries(await requestOf(sha256(text), text))).given).toEqual({ query: text });
    expect(store.texts.size).toBe(0);
    await expect(queries(await requestOf(sha256(text)))).rejects.toMatchObject(NOT_FOUND);
  });

  it('are no more than fit into their memory', async () => {
    const queries = createPersistedQueries(null);
    const texts = Array.from({ length: 140 }, (_, index) => `{ a } # ${index} ${'x'.repeat(60_000)}`);
    for (const text of texts) await queries(await requestOf(sha256(text), text));
    const [first = '', last = ''] = [texts[0], texts.at(-1)];
    await expect(queries(await requestOf(sha256(first)))).rejects.toMatchObject(NOT_FOUND);
    expect((await queries(await requestOf(sha256(last)))).given).toEqual({ query: last });
  });

  it('do not include one that shares its hash with another text', async () => {
    const [broken, whole] = ['{ a(b: "\ud800") }', '{ a(b: "\ufffd") }'];
    expect(sha256(broken)).toBe(sha256(whole));
    const queries = createPersistedQueries(null);
    const request = await requestOf(sha256(whole));
    await queries({ ...request, persisted: { extension: request.persisted?.extension, text: broken } });
    await expect(queries(request)).rejects.toMatchObject(NOT_FOUND);
  });
});
