import { connectAdmin } from '../../../admin/connect.ts';
import { CountDeadEventsDocument, DropDeadEventsDocument } from '../../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../../command-line.ts';
import { confirm } from '../../../output/confirm.ts';
import { formatNumber } from '../../../output/numbers.ts';
import { chosenEvents, type GivenChoice } from './chosen-events.ts';

/** Forgets events that could not be handled; those that are gone are no error. */
export async function dropDeadEvents(
  line: CommandLine,
  options: GivenChoice & { readonly yes?: boolean; readonly json?: boolean },
): Promise<void> {
  const chosen = chosenEvents(options);
  const client = await connectAdmin(line);
  const what =
    chosen.kind === 'ids'
      ? `${eventsOf(chosen.ids.length)} that could not be handled`
      : `${eventsOf((await client.send(CountDeadEventsDocument, { filter: chosen.filter })).deadEvents.count)}${chosen.text || ' that could not be handled'}`;
  await confirm(line, `What was to be done for ${what} will never be done.`, options.yes);
  const { dropDeadEvents: dropped } = await client.send(DropDeadEventsDocument, {
    ids: chosen.kind === 'ids' ? chosen.ids : null,
    filter: chosen.kind === 'ids' ? null : chosen.filter,
  });
  printResult(line, { json: options.json, value: { dropped }, text: `${eventsOf(dropped)} dropped` });
}

function eventsOf(count: number): string {
  return count === 1 ? 'one event' : `${formatNumber(count)} events`;
}
