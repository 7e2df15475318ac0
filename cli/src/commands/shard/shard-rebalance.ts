import { connectAdmin } from '../../admin/connect.ts';
import { PlanRebalanceDocument, RebalanceDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, printResult, WrongUsage } from '../../command-line.ts';
import { confirm } from '../../output/confirm.ts';
import { isGivenUp } from '../../output/moves/move-text.ts';
import { formatPlan } from '../../output/moves/rebalance-plan.ts';
import { followMoves } from '../moves/follow-moves.ts';

export interface RebalanceOptions {
  readonly plan?: boolean;
  readonly apply?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws NotAsWanted when not all apps were moved */
export async function rebalanceShards(line: CommandLine, options: RebalanceOptions): Promise<void> {
  const isApplied = options.apply === true;
  if (isApplied && options.plan === true) throw new WrongUsage('--plan and --apply do not go together');
  const client = await connectAdmin(line);
  const { rebalancePlan: plan } = await client.send(PlanRebalanceDocument, {});
  const json = options.json === true;
  if (!isApplied) {
    const how = plan.moves.length === 0 ? '' : '\n\n`rocket shard rebalance --apply` moves them.';
    printResult(line, { json, value: plan, text: `${formatPlan(plan)}${how}` });
    return;
  }
  if (!json) print(line, formatPlan(plan));
  if (plan.moves.length === 0) return;
  const apps = plan.moves.map(({ app, to }) => `${app} to ${to}`).join(', ');
  await confirm(line, `These apps are moved while they are in use: ${apps}.`, options.yes);
  const { rebalance: moves } = await client.send(RebalanceDocument, {
    moves: plan.moves.map(({ app, to }) => ({ app, to })),
  });
  const ended = await followMoves(line, moves, { json, several: true });
  if (ended.some(isGivenUp)) throw new NotAsWanted();
}
