import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${world.url}/apps/crm/graphql`, fetchFn: fetch });

  it('is audited by what the library offers', () => {
    expect(audits.length).toBeGreaterThan(50);
  });

  it.each(audits.map((audit) => ({ name: `${audit.id} ${audit.name}`, audit })))(
    '$name',
    async ({ audit }) => {
      const result = await audit.fn();
      if (result.status === 'ok') return;
      // A MAY is left to the server; everything stronger has to hold.
      expect
        .soft(result.status, result.status === 'error' || result.status === 'warn' ? result.reason : '')
        .toBe('notice');
    },
  );
});
