import type { MovePlace, MoveRecord } from '@rocket/platform';
import { type Placement, RocketError } from '@rocket/schema';
import type { AdminParts } from '../parts.ts';

/** Far more than an app is moved while a former database is kept. */
const LOOK_BACK = 1_000;

/**
 * Where an app was before its last move, if its database is kept there.
 * @throws RocketError `CONFLICT` when there is nothing to go back to, or not any more
 */
export async function placeBefore(
  { app, shard, database }: Placement,
  { catalog }: Pick<AdminParts, 'catalog'>,
): Promise<MovePlace & { readonly backOf: string }> {
  const moves = await catalog.moves.list({ app, limit: LOOK_BACK });
  const last = moves.find(
    ({ phase, target }) =>
      (phase === 'kept' || phase === 'done') && target.shard === shard && target.database === database,
  );
  if (last === undefined) {
    throw new RocketError(
      'CONFLICT',
      `App ${app} did not come to shard ${shard} by a move: there is nothing to go back to`,
      { details: { hint: `\`rocket app move ${app} --to SHARD\` moves it` } },
    );
  }
  if (!isKept(last)) throw gone(last);
  if (!last.canReturn) throw notFollowing(last);
  return { ...last.source, backOf: last.id };
}

function isKept({ phase, keptUntil }: MoveRecord): boolean {
  return phase === 'kept' && keptUntil !== null && keptUntil.getTime() > Date.now();
}

function notFollowing({ app, source }: MoveRecord): RocketError {
  return new RocketError(
    'CONFLICT',
    `The former database of app ${app} on shard ${source.shard} does not follow any more, as after a promotion: it lacks what was written since`,
    { details: { hint: `\`rocket app move ${app} --to ${source.shard}\` moves it there anew` } },
  );
}

function gone({ app, source, keptUntil }: MoveRecord): RocketError {
  const until = keptUntil === null ? 'is not kept any more' : `was kept until ${keptUntil.toISOString()}`;
  return new RocketError(
    'CONFLICT',
    `There is nothing to go back to any more: the former database of app ${app} on shard ${source.shard} ${until}`,
    { details: { hint: `\`rocket app move ${app} --to ${source.shard}\` moves it there anew` } },
  );
}
