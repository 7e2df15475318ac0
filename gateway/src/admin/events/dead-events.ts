/** Events that a consumer has given up: seen, handled again, or forgotten. */
import { type DeadLetterFilter, type DeadLetterHead, MAX_LETTERS_PER_PAGE } from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import type { AdminContext, AdminParts } from '../parts.ts';
import { type ChosenLetters, MAX_REPLAYED, replayLetters } from './replay-letters.ts';
import { requireWithin } from './require-within.ts';

interface FilterInput {
  readonly consumer?: string | null;
  readonly app?: string | null;
}

interface PageArguments {
  readonly filter?: FilterInput | null;
  readonly after?: string | null;
  readonly limit: number;
}

/** Either ids or a filter. */
interface ChosenArguments {
  readonly ids?: readonly string[] | null;
  readonly filter?: FilterInput | null;
}

export function deadEventQueries(parts: AdminParts) {
  const { deadLetters } = parts.catalog;
  return {
    deadEvents: async (_: unknown, { filter, after, limit }: PageArguments) => {
      requireWithin('limit', limit, [1, MAX_LETTERS_PER_PAGE]);
      const wanted = readFilter(filter);
      const page = { first: 'newest', after: after == null ? null : letterId(after), limit } as const;
      const heads = await deadLetters.list(wanted, page);
      return { events: heads.map((head) => letterView(head, parts)), count: () => deadLetters.count(wanted) };
    },
    deadEvent: async (_: unknown, { id }: { id: string }) => {
      const letter = await deadLetters.get(letterId(id));
      return letter === null ? null : { ...letterView(letter, parts), payload: letter.payload };
    },
  };
}

export function deadEventMutations(parts: AdminParts) {
  const { deadLetters } = parts.catalog;
  return {
    replayDeadEvents: async (
      _: unknown,
      { after, ...args }: ChosenArguments & { after?: string | null },
      { actor }: AdminContext,
    ) => {
      const chosen = readChosen(args);
      if (chosen.kind === 'ids') {
        requireWithin('ids', chosen.ids.length, [0, MAX_REPLAYED]);
        if (after != null) throw new RocketError('BAD_USER_INPUT', '`after` goes with a filter alone');
      }
      parts.logger.info({ actor, chosen }, 'events that were given up are handled again');
      await parts.view.refresh();
      return await replayLetters(chosen, after == null ? null : letterId(after), parts);
    },
    dropDeadEvents: async (_: unknown, args: ChosenArguments, { actor }: AdminContext) => {
      const chosen = readChosen(args);
      const dropped =
        chosen.kind === 'ids' ? await deadLetters.drop(chosen.ids) : await deadLetters.dropAll(chosen.filter);
      // What is forgotten here is nowhere else.
      parts.logger.info({ actor, chosen, dropped }, 'events that were given up are dropped');
      return dropped;
    },
  };
}

/** The payload is read only when it is selected. */
function letterView({ diedAt, ...head }: DeadLetterHead, { catalog }: AdminParts) {
  return {
    ...head,
    diedAt: diedAt.toISOString(),
    payload: async () => (await catalog.deadLetters.get(head.id))?.payload ?? null,
  };
}

/** The app need not be there any more. @throws RocketError `BAD_REQUEST` for what can be no app's name */
function readFilter(filter: FilterInput | null | undefined): DeadLetterFilter {
  const { consumer, app } = filter ?? {};
  return { consumer: consumer ?? null, app: app == null ? null : appName(app) };
}

/** @throws RocketError `BAD_USER_INPUT` when there are not exactly one of ids and filter */
function readChosen({ ids, filter }: ChosenArguments): ChosenLetters {
  if ((ids == null) === (filter == null)) {
    throw new RocketError('BAD_USER_INPUT', 'Either `ids` or a `filter` is needed, which is {} for all');
  }
  return ids == null
    ? { kind: 'filter', filter: readFilter(filter) }
    : { kind: 'ids', ids: [...new Set(ids.map(letterId))] };
}

/** @throws RocketError `BAD_USER_INPUT` */
function letterId(text: string): string {
  if (/^\d{1,18}$/.test(text)) return BigInt(text).toString();
  throw new RocketError('BAD_USER_INPUT', `${JSON.stringify(text)} is no id of an event that was given up`);
}
