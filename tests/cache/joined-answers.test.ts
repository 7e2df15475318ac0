/** Callers who ask at the same time for what they may not all see. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CachedWorld, createCachedWorld } from './cached-world.ts';

let world: CachedWorld;
beforeAll(async () => {
  world = await createCachedWorld();
});
afterAll(() => world?.world.dispose());

it('share no answer that asks more apps than any answer of before', async () => {
  const [sales, boss] = [
    await world.world.signIn('crm', ['sales']),
    await world.world.signIn('crm', ['boss']),
  ];
  const shop = world.world.app('shop').replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const query = `{ ${shop}Orders { customer { labels { name } } } }`;
  // Of no orders the app of their customers is not asked.
  for (const { token } of [sales, boss]) await world.warm(query, { token });
  const customer = await world.write('mutation { createCustomer(input: {name: "Kim"}) { customer { id } } }');
  const { id } = customer['customer'] as { id: string };
  const create = `create${shop.charAt(0).toUpperCase()}${shop.slice(1)}Order`;
  await world.write(
    `mutation { ${create}(input: {status: "new", customerId: "${id}"}) { errors { code } } }`,
  );
  const [first, second] = await Promise.all([sales, boss].map(({ token }) => world.ask(query, { token })));
  expect(first?.body.errors).toBeUndefined();
  expect(second).toMatchObject({ cache: 'bypass; errors', body: { errors: [{}] } });
});
