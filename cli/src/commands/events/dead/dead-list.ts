import { appName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../../../admin/connect.ts';
import { ListDeadEventsDocument, ShowDeadEventDocument } from '../../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../../command-line.ts';
import { formatDeadEvent, formatDeadEvents } from '../../../output/dead-events.ts';

export interface ListDeadOptions {
  readonly app?: string;
  readonly consumer?: string;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

export async function listDeadEvents(line: CommandLine, options: ListDeadOptions): Promise<void> {
  const { app, consumer, limit, after } = options;
  const client = await connectAdmin(line);
  const filter = { app: app === undefined ? null : appName(app), consumer: consumer ?? null };
  const { deadEvents } = await client.send(ListDeadEventsDocument, { filter, limit, after: after ?? null });
  if (options.json === true) printJson(line, deadEvents.events);
  else print(line, formatDeadEvents(deadEvents));
}

/** @throws RocketError `NOT_FOUND` */
export async function showDeadEvent(
  line: CommandLine,
  id: string,
  options: { json?: boolean },
): Promise<void> {
  const client = await connectAdmin(line);
  const { deadEvent } = await client.send(ShowDeadEventDocument, { id });
  if (deadEvent === null) {
    throw new RocketError('NOT_FOUND', `There is no dead event ${id}`, {
      details: { hint: '`rocket events dead list` shows what there is' },
    });
  }
  if (options.json === true) printJson(line, deadEvent);
  else print(line, formatDeadEvent(deadEvent));
}
