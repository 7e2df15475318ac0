/** Random writes to both apps, and what they should have led to. */
import { isDeepStrictEqual } from 'node:util';
import { until } from '../../../harness/until.ts';
import type { CheckedAccess } from './checked-access.ts';
import type { TableName } from './checked-apps.ts';
import { NO_ROWS } from './checked-state.ts';
import { type Chance, seededChance } from './seeded-random.ts';
import { Tokens } from './seen-tokens.ts';
import { Timeline } from './timeline.ts';
import { startWriteLane, type WriteLane } from './write-lane.ts';
import { WRITES_OF_CRM } from './writes-of-crm.ts';
import { WRITES_OF_SHOP } from './writes-of-shop.ts';

export const APPS = ['crm', 'shop'] as const;
/** Users by their names, with their roles in both apps. */
export const ROLES = { seller: ['seller'], both: ['seller', 'scorer'], sales: ['sales'], scorer: ['scorer'] };
const KINDS = { crm: WRITES_OF_CRM, shop: WRITES_OF_SHOP };
const POOL = 12;
const LABELS = 5;

export class CheckedWrites {
  readonly timelines = { crm: new Timeline(NO_ROWS), shop: new Timeline(NO_ROWS) };
  readonly tokens = new Tokens();
  /** Ids that records are given, again and again. */
  readonly pools: Readonly<Record<'customer' | 'label' | 'order', readonly string[]>>;
  readonly #access: CheckedAccess;
  readonly #chance: Chance;

  constructor(access: CheckedAccess, chance: Chance) {
    this.#access = access;
    this.#chance = chance;
    const pool = (size: number) => Array.from({ length: size }, () => chance.uuid());
    this.pools = { customer: pool(POOL), label: pool(LABELS), order: pool(POOL) };
  }

  /** Makes some records, with so many writes to each app. */
  async begin(writes: number): Promise<void> {
    const lanes = this.start();
    await until(() => lanes.every(({ made, refused }) => made >= writes || refused.size > 0));
    for (const lane of lanes) await lane.stop();
    const refused = lanes.flatMap((lane) => [...lane.refused.keys()]);
    if (refused.length > 0) throw new Error(`The first writes were refused: ${refused.join('; ')}`);
  }

  /** Writes to each app, until the lanes are stopped. */
  start(): readonly WriteLane[] {
    return APPS.map((app) => {
      const chance = seededChance(this.#chance.below(2 ** 32));
      const timeline = this.timelines[app];
      return startWriteLane({
        ...{ app, chance, timeline, installation: this.#access, tokens: this.tokens },
        ...{ kinds: KINDS[app], admin: this.#access.admin, customers: this.pools.customer },
        owners: Object.keys(ROLES).map((name) => `user-${name}`),
        spare: (table) => chance.oneOf(this.#idsOf(table).filter((id) => !timeline.newest[table].has(id))),
      });
    });
  }

  /** Between what was written and what is stored. */
  async differences(): Promise<readonly string[]> {
    const differing: string[] = [];
    for (const app of APPS) {
      const stored = await this.#access.read(app);
      const written = this.timelines[app].newest;
      for (const table of Object.keys(stored) as TableName[]) {
        for (const id of new Set([...stored[table].keys(), ...written[table].keys()])) {
          const [has, should] = [stored[table].get(id), written[table].get(id)];
          if (!isDeepStrictEqual(has, should)) differing.push(JSON.stringify({ table, has, should }));
        }
      }
    }
    return differing;
  }

  #idsOf(table: TableName): readonly string[] {
    return table === 'customer' || table === 'label' || table === 'order' ? this.pools[table] : [];
  }
}
