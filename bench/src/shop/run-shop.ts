/** Runs scenarios of the shop, one after the other, over one set of servers. */
import { withCleanUp } from '../clean-up.ts';
import { type CompareOptions, compare } from '../measure/compare.ts';
import type { Target } from '../measure/load.ts';
import type { Comparison } from '../measure/report.ts';
import type { Side } from '../sides/side.ts';
import { checkAnswers } from './check-answers.ts';
import { requestBody, requestUrl, type Scenario } from './scenario.ts';
import { POOL_SIZE, type SideName, startSide } from './shop-sides.ts';
import { startShopWorld } from './shop-world.ts';

const BASE = 'PostGraphile 5';

export interface ShopOptions extends CompareOptions {
  readonly sides: readonly SideName[];
  /** A server that has the shop already; null starts and fills one. */
  readonly postgresUrl: string | null;
  readonly onResult: (comparison: Comparison) => void;
}

export async function runShop(scenarios: readonly Scenario[], options: ShopOptions): Promise<void> {
  await withCleanUp(async (cleanUp) => {
    const world = await startShopWorld(cleanUp, {
      poolSize: POOL_SIZE,
      postgresUrl: options.postgresUrl,
    });
    const sides: Side[] = [];
    for (const name of options.sides) sides.push(await startSide(cleanUp, name, world));
    for (const [index, scenario] of scenarios.entries()) {
      await checkAnswers(scenario, sides);
      const targets = sides.map((side) => toTarget(scenario, side, world.postgresPid));
      const { name, title } = scenario;
      options.onResult(await compare({ name, title, targets, base: BASE, isFirst: index === 0 }, options));
    }
  });
}

function toTarget(scenario: Scenario, side: Side, postgresPid: number): Target {
  return {
    ...side,
    url: requestUrl(scenario, side),
    body: () => requestBody(scenario, side.dialect, scenario.variables()),
    postgresPid,
  };
}
