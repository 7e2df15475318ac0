import { connectAdmin } from '../../admin/connect.ts';
import { ShowEventStatusDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatEventStatus } from '../../output/event-status.ts';

export async function showEventStatus(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { eventStatus } = await client.send(ShowEventStatusDocument, {});
  if (options.json === true) printJson(line, eventStatus);
  else print(line, formatEventStatus(eventStatus));
}
