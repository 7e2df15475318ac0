import type { AdminClient } from '../../../admin/client.ts';
import { connectAdmin } from '../../../admin/connect.ts';
import {
  ReplayDeadEventsDocument,
  type ReplayDeadEventsMutation,
} from '../../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, printJson } from '../../../command-line.ts';
import { formatReplayed } from '../../../output/dead-events.ts';
import { type ChosenEvents, chosenEvents, type GivenChoice } from './chosen-events.ts';

type Replayed = ReplayDeadEventsMutation['replayDeadEvents'][number];

/** As many as the server takes at once. */
const AT_ONCE = 100;

/**
 * Has events handled again and prints what came out: events one by one for people, as they are done.
 * @throws NotAsWanted when one failed, in the end
 */
export async function replayDeadEvents(
  line: CommandLine,
  options: GivenChoice & { readonly json?: boolean },
): Promise<void> {
  const chosen = chosenEvents(options);
  const client = await connectAdmin(line);
  const all: Replayed[] = [];
  const replays = chosen.kind === 'ids' ? replayIds(client, chosen.ids) : replayFilter(client, chosen.filter);
  for await (const replayed of replays) {
    all.push(...replayed);
    if (options.json !== true) for (const each of replayed) print(line, formatReplayed(each));
  }
  if (options.json === true) printJson(line, all);
  else if (all.length === 0) print(line, 'There is nothing to handle again.');
  if (all.some(({ outcome }) => outcome !== 'handled')) throw new NotAsWanted();
}

/** The server may stop before the end; what it did not come to is asked for again. */
async function* replayIds(client: AdminClient, ids: readonly string[]): AsyncGenerator<readonly Replayed[]> {
  // In the server's order, or an event could be handled before one that it builds on.
  let left = ids.toSorted((a, b) => Number(a) - Number(b));
  while (left.length > 0) {
    const asked = left.slice(0, AT_ONCE);
    const { replayDeadEvents: replayed } = await client.send(ReplayDeadEventsDocument, {
      ...{ ids: asked, filter: null, after: null },
    });
    yield replayed;
    left = left.slice(replayed.length);
  }
}

async function* replayFilter(
  client: AdminClient,
  filter: Extract<ChosenEvents, { kind: 'filter' }>['filter'],
): AsyncGenerator<readonly Replayed[]> {
  for (let after: string | null = null; ; ) {
    const { replayDeadEvents: replayed }: ReplayDeadEventsMutation = await client.send(
      ReplayDeadEventsDocument,
      {
        ...{ ids: null, filter, after },
      },
    );
    const last = replayed.at(-1);
    if (last === undefined) return;
    yield replayed;
    after = last.id;
  }
}
