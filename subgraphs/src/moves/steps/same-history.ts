import { z } from 'zod';
import { selectHistory } from '../channel/channel-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import type { MoveParts } from './move-step.ts';

const History = z.tuple([z.string()]);

/**
 * Notes which server the target is, the first time. One that was promoted since may lack what the former had confirmed.
 * @throws MoveGivenUp when it is another one
 */
export async function requireSameHistory({ move, sides }: MoveParts): Promise<void> {
  const { target } = sides;
  const [row] = await target.database.query(selectHistory());
  const [targetHistory] = History.parse(row);
  const { phase, targetHistory: known } = move.record;
  if (known === targetHistory) return;
  if (known === null) return await move.advance({ phase, targetHistory, note: 'the target follows' });
  throw new MoveGivenUp(
    'failed',
    `The Postgres of shard ${target.shard} is another server since the copy began, as after a promotion, and may lack some of it: move again`,
  );
}
