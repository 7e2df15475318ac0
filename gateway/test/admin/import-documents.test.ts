/** What an import does with large documents, and with numbers that a double would round. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

const IMPORT = `mutation ($name: ID!, $document: JSON!) {
  importApp(name: $name, document: $document) { app { document } }
}`;

/** @param document as JSON text: `JSON.stringify` of a test would round numbers before they are sent */
async function importText(name: string, document: string) {
  const response = await fetch(`${world.url}/admin/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await world.platformToken()}` },
    body: `{"query":${JSON.stringify(IMPORT)},"variables":{"name":"${name}","document":${document}}}`,
  });
  return await response.text();
}

/** Runs `work` and measures how long it took, and the longest time that the event loop was blocked meanwhile. */
async function watched<T>(work: () => Promise<T>) {
  const startedMs = performance.now();
  let longestPauseMs = 0;
  let lastTurnMs = startedMs;
  const clock = setInterval(() => {
    const nowMs = performance.now();
    longestPauseMs = Math.max(longestPauseMs, nowMs - lastTurnMs);
    lastTurnMs = nowMs;
  }, 2);
  try {
    const result = await work();
    const endedMs = performance.now();
    return {
      result,
      tookMs: endedMs - startedMs,
      longestPauseMs: Math.max(longestPauseMs, endedMs - lastTurnMs),
    };
  } finally {
    clearInterval(clock);
  }
}

function largeDocument(entityCount: number) {
  const fields = Array.from({ length: 40 }, (_, index) => ({ name: `field_${index}`, type: 'string' }));
  const entities = Array.from({ length: entityCount }, (_, index) => ({
    name: `entity_${index}`,
    table: `entity_${index}_rows`,
    primary_key: { field: 'id', type: 'uuid', generated: true },
    fields: [{ name: 'id', type: 'uuid' }, ...fields],
  }));
  return { version: 1, entities };
}

describe('an import', () => {
  it('checks a large document while requests go on being answered', { timeout: 60_000 }, async () => {
    // It names an entity that is not there: all of it is checked, and nothing is composed.
    const document = JSON.stringify({ ...largeDocument(1_000), exports: ['nobody'] });
    const { result, tookMs, longestPauseMs } = await watched(() => importText('large', document));
    expect(result).toContain('$.exports[0]');
    expect(longestPauseMs).toBeLessThan(tookMs / 3);
  });

  it('keeps the digits of numbers on the way to the stored document', async () => {
    const field = '{"name":"big","type":"decimal","default":12345678901234567890.123456789}';
    const entity = `{"name":"a","table":"a","primary_key":{"field":"id","type":"uuid","generated":true},
      "fields":[{"name":"id","type":"uuid"},${field}]}`;
    expect(await importText('exact', `{"version":1,"entities":[${entity}]}`)).toContain(
      '"default":"12345678901234567890.123456789"',
    );
    const refused = await importText('exact', '{"version":1,"description":1e400}');
    expect(refused).toContain('$.description');
  });

  it('places what does not fit other apps where it is written', async () => {
    await world.importApp('crm', documentOf('customer'));
    const source = 'nowhere.thing';
    const shop = {
      version: 1,
      entities: [
        {
          name: 'order',
          table: 'orders',
          primary_key: { field: 'id', type: 'uuid', generated: true },
          fields: ['id', 'customer_id', 'thing_id'].map((name) => ({ name, type: 'uuid' })),
        },
      ],
      relations: [
        {
          name: 'x',
          type: 'one_to_many',
          source: 'crm.customer',
          target: 'order',
          target_key: 'customer_id',
        },
        { name: 'a', type: 'one_to_many', source, target: 'order', target_key: 'thing_id' },
      ],
    };
    const answer = await importText('shop', JSON.stringify(shop));
    expect(answer).toContain('There is no app nowhere');
    expect(answer).toContain('$.relations[1].source');
    expect(answer).not.toContain('$.relations[0]');
  });
});
