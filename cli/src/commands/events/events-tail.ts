import { setTimeout as sleep } from 'node:timers/promises';
import { appName, type ErrorCode, RocketError } from '@rocket/schema';
import { createAdminClient } from '../../admin/client.ts';
import { requireConnection } from '../../admin/connection.ts';
import { TailEventsDocument, type TailEventsQuery } from '../../admin/generated/operations.ts';
import { type CommandLine, configOf, remark } from '../../command-line.ts';
import { createEventPrinter } from '../../output/lines/event-lines.ts';
import { untilStopped } from '../../process/listen-for-stop.ts';

export interface TailOptions {
  readonly app?: string;
  readonly entity?: string;
  readonly json?: boolean;
}

const FIRST_EVENTS = 10;
const PAGE_EVENTS = 500;
const WAIT_MS = 20_000;
const RETRY_MS = 500;

/** What passes while a server is started again, or its token renewed. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'NOT_READY',
  'EVENTS_UNAVAILABLE',
  'SHARD_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
]);

/**
 * Prints events until a signal comes, or nobody reads the output any more.
 * @throws what the first question failed with; later, what no waiting can help
 */
export async function tailEvents(line: CommandLine, options: TailOptions): Promise<void> {
  await untilStopped(line, (stopping) => followEvents(line, options, stopping));
}

/** Ends by an error alone; by any when `stopping` aborts. */
async function followEvents(line: CommandLine, options: TailOptions, stopping: AbortSignal): Promise<void> {
  const printer = createEventPrinter(line, options.json === true);
  const ask = createAsker(line, options, stopping);
  let after: string | null = null;
  let isAway = false;
  while (!stopping.aborted) {
    try {
      // Nothing is waited for until it is known that the server is back.
      const page = await ask(after, isAway || after === null ? 0 : WAIT_MS);
      if (isAway) remark(line, 'The server answers again.');
      isAway = false;
      if (page.reset !== null) remark(line, missed(page.reset));
      for (const event of page.events) printer.print(event);
      after = page.position;
    } catch (error) {
      if (after === null || stopping.aborted || !isPassing(error)) throw error;
      if (!isAway) remark(line, `${error.message}. It is asked again until it answers.`);
      isAway = true;
      await sleep(RETRY_MS, undefined, { signal: stopping });
    }
  }
}

type Page = TailEventsQuery['events'];

/** Asks for the page after a position; by the connection as it is now, since a server that was restarted has another. */
function createAsker(line: CommandLine, { app, entity }: TailOptions, stopping: AbortSignal) {
  const what = { app: app === undefined ? null : appName(app), entity: entity ?? null };
  return async (after: string | null, waitMs: number): Promise<Page> => {
    const client = createAdminClient(await requireConnection(configOf(line)), stopping);
    const limit = after === null ? FIRST_EVENTS : PAGE_EVENTS;
    return (await client.send(TailEventsDocument, { ...what, after, limit, waitMs })).events;
  };
}

function isPassing(error: unknown): error is RocketError {
  return error instanceof RocketError && PASSING.has(error.code);
}

function missed(reason: string): string {
  return reason === 'expired'
    ? 'Events were missed: the stream does not keep them any more. It goes on with the oldest that it has.'
    : 'Events may have been missed: the stream is another one than before. It goes on with what comes now.';
}
