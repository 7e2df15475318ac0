/**
 * Sets up the shop with the sides that are named, all by default, and leaves them running until it is interrupted: for
 * profilers, for a load of one's own, or as the server of `npm run bench -- --postgres URL`.
 * Usage: node bench/src/serve.ts [shard graph postgraphile apollo limit]
 */
import { withCleanUp } from './clean-up.ts';
import { requestBody, requestUrl, SHOP_SCENARIOS } from './shop/scenario.ts';
import { POOL_SIZE, SIDE_NAMES, startSide } from './shop/shop-sides.ts';
import { startShopWorld } from './shop/shop-world.ts';

const asked = process.argv.slice(2);
const names = SIDE_NAMES.filter((name) => asked.length === 0 || asked.includes(name));
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
});

await withCleanUp(async (cleanUp) => {
  const world = await startShopWorld(cleanUp, { poolSize: POOL_SIZE, postgresUrl: null });
  console.log(`Postgres, process ${world.postgresPid}\n  --postgres ${world.postgresUrl}`);
  for (const name of names) {
    const side = await startSide(cleanUp, name, world);
    await side.prepare?.();
    console.log(`\n${side.name}, process ${side.pid}`);
    for (const scenario of SHOP_SCENARIOS) {
      const body = requestBody(scenario, side.dialect, scenario.variables());
      const headers = { 'content-type': 'application/json', ...side.headers(body) };
      const flags = Object.entries(headers).map(([key, value]) => `-H '${key}: ${value}'`);
      console.log(`  curl -s ${requestUrl(scenario, side)} ${flags.join(' ')} -d '${body}'`);
    }
  }
  console.log('\nInterrupt it to end all of them.');
  await interrupted;
});
