import { print } from 'graphql';
import { z } from 'zod';
import { createAdminClient } from '../../admin/client.ts';
import { requireConnection } from '../../admin/connection.ts';
import {
  FindMoveDocument,
  FollowMovesDocument,
  ListMovesDocument,
} from '../../admin/generated/operations.ts';
import { streamResults } from '../../admin/result-stream.ts';
import { type CommandLine, configOf } from '../../command-line.ts';
import type { Move } from '../../output/moves/move-text.ts';

/** As many as the server gives; where more are in progress, the others are asked for one by one. */
export const OPEN_MOVES = 1_000;

/** Where the states of moves come from. By the connection as it is now, since a server that was restarted has another. */
export interface MoveSource {
  /**
   * The move at once, and whenever it has changed; of all that are in progress without an id. @throws RocketError when
   * the connection is lost
   */
  changes(id: string | null, signal: AbortSignal): AsyncIterable<Move>;
  /** How moves are now, which may be over. One that is not known any more is left out. */
  states(ids: readonly string[], signal: AbortSignal): Promise<readonly Move[]>;
}

export function createMoveSource(line: CommandLine): MoveSource {
  return {
    changes: (id, signal) => streamMoves(line, id, signal),
    async states(ids, signal) {
      const client = createAdminClient(await requireConnection(configOf(line)), signal);
      const { moves } = await client.send(ListMovesDocument, { app: null, open: true, limit: OPEN_MOVES });
      const open = new Map(moves.map((move) => [move.id, move]));
      const found: Move[] = [];
      for (const id of ids) {
        const move = open.get(id) ?? (await client.send(FindMoveDocument, { id })).move;
        if (move !== null) found.push(move);
      }
      return found;
    },
  };
}

async function* streamMoves(
  line: CommandLine,
  id: string | null,
  signal: AbortSignal,
): AsyncGenerator<Move, undefined> {
  const { url, token } = await requireConnection(configOf(line));
  const results = streamResults({
    ...{ url: new URL('/admin/graphql', url), token, query: print(FollowMovesDocument), variables: { id } },
    ...{ signal, onOpen: () => undefined },
  });
  for await (const { data, errors } of results) {
    const told = Told.safeParse(data);
    if (!told.success) throw errors[0] ?? told.error;
    yield told.data.moveChanged;
  }
}

const text = z.string().nullable();
const number = z.number().nullable();

const ToldMove = z.object({
  ...{
    id: z.string(),
    app: z.string(),
    from: z.string(),
    to: z.string(),
    fromDatabase: z.string(),
    phase: z.string(),
    text: z.string(),
  },
  ...{ isOver: z.boolean(), isBack: z.boolean(), requestedBy: z.string(), requestedAt: z.string() },
  ...{ problem: text, mover: text, detail: text, overAt: text, keptUntil: text },
  ...{ rowsDone: number, rowsTotal: number, bytesDone: number, bytesTotal: number, bytesPerSecond: number },
  ...{ remainingMs: number, expectedPauseMs: number, pauseMs: number },
}) satisfies z.ZodType<Move>;

const Told = z.object({ moveChanged: ToldMove });
