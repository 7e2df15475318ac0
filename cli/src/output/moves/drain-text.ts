/** What came of a drain, for people. */
import type { DrainShardMutation } from '../../admin/generated/operations.ts';
import { printable } from '../printable.ts';
import { isGivenUp, type Move } from './move-text.ts';

type Refused = DrainShardMutation['drainShard']['refused'][number];

export function formatRefused({ app, reason }: Refused): string {
  return `${app} cannot be moved now: ${printable(reason)}`;
}

/** @param moves as they ended */
export function formatDrained(shard: string, moves: readonly Move[], refused: readonly Refused[]): string {
  const left = [
    ...moves.filter(isGivenUp).map(({ app, phase, problem }) => `${app} (${problem ?? phase})`),
    ...refused.map(({ app, reason }) => `${app} (${reason})`),
  ];
  if (left.length > 0) {
    return `Still on ${shard}: ${printable(left.join(', '))}. \`rocket shard drain ${shard}\` tries again to move what is left.`;
  }
  const until = moves
    .flatMap(({ keptUntil }) => keptUntil ?? [])
    .sort()
    .at(-1);
  const remove = `\`rocket shard remove ${shard}\` is possible`;
  return `${shard} holds no apps any more. ${remove} once the former databases are not kept any more${until === undefined ? '' : `, after ${until}`}.`;
}
