import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppName, RocketError } from '@rocket/schema';
import { z } from 'zod';
import { createAdminClient } from '../../admin/client.ts';
import { requireConnection } from '../../admin/connection.ts';
import { streamResults } from '../../admin/result-stream.ts';
import { type CommandLine, configOf, remark } from '../../command-line.ts';
import { type ChangePrinter, createChangePrinter, ToldChange } from '../../output/lines/change-lines.ts';
import { untilStopped } from '../../process/listen-for-stop.ts';
import { advised } from './advice-on-ends.ts';
import { type ChangedEntity, findChangedEntity } from './changed-entity.ts';

/** The arguments of the subscription, of which null is as good as none. */
export interface ListenArguments {
  readonly id: string | null;
  readonly where: unknown;
  readonly operations: readonly string[] | null;
  readonly after: string | null;
  readonly snapshot: boolean;
  readonly coalesce: boolean;
}

export interface ListenOptions {
  readonly app: AppName;
  readonly entity: string;
  /** Null for all that are plain values. */
  readonly fields: readonly string[] | null;
  readonly arguments: ListenArguments;
  /** After how many changes it ends; null for never. */
  readonly count: number | null;
  readonly json: boolean;
}

const RETRY_MS = 500;

/**
 * Prints changes until there are as many as wanted, a signal comes, or nobody reads the output any more.
 * @throws what the first attempt failed with; later, what no waiting can help
 */
export async function listenToChanges(line: CommandLine, options: ListenOptions): Promise<void> {
  await untilStopped(line, async (stopping) => {
    const client = createAdminClient(await requireConnection(configOf(line)), stopping);
    const entity = await findChangedEntity(client, options);
    await new Listening(line, { options, entity, stopping }).run();
  });
}

interface Listened {
  readonly options: ListenOptions;
  readonly entity: ChangedEntity;
  readonly stopping: AbortSignal;
}

/** One subscription, over all the connections that it takes. */
class Listening {
  readonly #line: CommandLine;
  readonly #listened: Listened;
  readonly #query: string;
  readonly #printer: ChangePrinter;
  #cursor: string | null;
  #left: number;
  /** Of the last attempt. */
  #state: 'new' | 'open' | 'away' = 'new';

  constructor(line: CommandLine, listened: Listened) {
    const { options, entity } = listened;
    this.#line = line;
    this.#listened = listened;
    this.#query = queryOf(entity);
    this.#printer = createChangePrinter(line, { json: options.json, primaryKey: entity.primaryKey });
    this.#cursor = options.arguments.after;
    this.#left = options.count ?? Number.POSITIVE_INFINITY;
  }

  /** Ends when as many changes have come as are wanted; by an error when `stopping` aborts. */
  async run(): Promise<void> {
    const { stopping } = this.#listened;
    while (this.#left > 0) {
      try {
        await this.#follow();
        this.#leave(new RocketError('NOT_READY', 'The server has ended the subscription'));
      } catch (error) {
        if (stopping.aborted || !this.#mayPass(error)) throw advised(error, this.#cursor);
        this.#leave(error);
      }
      if (this.#left > 0) await sleep(RETRY_MS, undefined, { signal: stopping });
    }
  }

  /** By the connection as it is now, since a server that was restarted has another. */
  async #follow(): Promise<void> {
    const { options, stopping } = this.#listened;
    const { url, token } = await requireConnection(configOf(this.#line));
    const results = streamResults({
      ...{ url: new URL(`/apps/${options.app}/graphql`, url), token, query: this.#query, signal: stopping },
      variables: { ...options.arguments, after: this.#cursor },
      onOpen: () => this.#arrive(),
    });
    for await (const { data, errors } of results) {
      const told = Data.safeParse(data);
      if (!told.success) throw errors[0] ?? told.error;
      for (const { message } of errors) remark(this.#line, `Not all of the next change is there: ${message}`);
      const { change } = told.data;
      if (!this.#printer.print(change)) await once(this.#line.stdout, 'drain', { signal: stopping });
      this.#cursor = change.cursor;
      this.#left -= 1;
      if (this.#left === 0) return;
    }
  }

  #arrive(): void {
    if (this.#state === 'away') remark(this.#line, this.#returned());
    this.#state = 'open';
  }

  #returned(): string {
    if (this.#cursor !== null) return 'It goes on behind the last change.';
    return this.#listened.options.arguments.snapshot
      ? 'It begins anew with the snapshot.'
      : 'It goes on with what comes now. No change had come yet to go on behind, so some may have been missed.';
  }

  #leave({ message }: Error): void {
    if (this.#left > 0 && this.#state !== 'away') {
      remark(this.#line, `${message}. It is tried again until it works.`);
    }
    this.#state = 'away';
  }

  /** A token that has expired under an open stream may have been renewed where it comes from. */
  #mayPass(error: unknown): error is RocketError {
    if (!(error instanceof RocketError) || this.#state === 'new') return false;
    return error.retryable || (error.code === 'UNAUTHENTICATED' && this.#state === 'open');
  }
}

const Data = z.object({ change: ToldChange });

function queryOf({ names, changed, selections }: ChangedEntity): string {
  const record = `{ ${selections.join(' ')} }`;
  return `subscription Listen(
  $id: ID, $where: ${names.whereInput}, $operations: [ChangeOperation!], $after: String, $snapshot: Boolean!, $coalesce: Boolean!
) {
  change: ${changed}(
    id: $id, where: $where, operations: $operations, after: $after, snapshot: $snapshot, coalesce: $coalesce
  ) { operation id changedFields at snapshot node ${record} previous ${record} cursor }
}`;
}
