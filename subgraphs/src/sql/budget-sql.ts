/**
 * The most that one operation may read. Lists within lists multiply: a few hundred records at each of four levels are
 * more than any process can hold, and every one of their limits is in order. Where the limits alone keep the answer
 * small, nothing is added; where they do not, the statement first counts, and stops as soon as it knows.
 */
import type { ReadPlan } from '../read/read-plan.ts';
import { type Chain, chainSql, rootChains } from './budget-chains.ts';
import type { Parameters } from './parameters.ts';

interface Budget {
  readonly maxRecords: number;
  readonly parameters: Parameters;
}

/** @returns a condition that is false when all lists together have too much, null when they cannot */
export function budgetSql(plans: readonly ReadPlan[], budget: Budget): string | null {
  const { maxRecords } = budget;
  const chains = plans.flatMap(rootChains);
  if (chains.reduce((sum, { most }) => sum + most, 0) <= maxRecords) return null;
  const share = maxRecords / chains.length;
  const bounds = chains.map((chain) => boundSql(chain, share, budget)).join(' + ');
  const counts = chains.map(({ steps }) => countSql(steps, budget)).join(' + ');
  return `CASE WHEN ${bounds} <= ${maxRecords} THEN TRUE ELSE ${counts} <= ${maxRecords} END`;
}

/**
 * No less than the records of a list, for less than it costs to count them: counting the last level is nearly as much
 * work as reading it. Most of the time it is enough to know how many parents there are, and what limit each has.
 */
function boundSql({ steps, most, limit }: Chain, share: number, budget: Budget): string {
  const parents = steps.slice(0, -1);
  return most <= share || parents.length === 0 ? String(most) : `${countSql(parents, budget)} * ${limit}`;
}

function countSql(steps: Chain['steps'], { maxRecords, parameters }: Budget): string {
  // One more than there may be shows that there are too many, without the rest of them.
  const rows = `SELECT 1 FROM ${chainSql(steps, parameters)} LIMIT ${maxRecords + 1}`;
  return `(SELECT count(*) FROM (${rows}) AS c)`;
}
