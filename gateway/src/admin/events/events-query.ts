import type { CatalogSnapshot, StreamMessage } from '@rocket/platform';
import { type AppName, eventSubject, isDocumentName, RocketError, toldEntities } from '@rocket/schema';
import { unheard } from '../../cache/freshness/unheard.ts';
import { existingApp } from '../apps/existing-app.ts';
import type { AdminParts } from '../parts.ts';
import { requireWithin } from './require-within.ts';

const MAX_LIMIT = 1_000;
const MAX_WAIT_MS = 20_000;

export interface EventsArguments {
  readonly app?: string | null;
  readonly entity?: string | null;
  readonly after?: string | null;
  readonly limit: number;
  readonly waitMs: number;
}

/**
 * A page of changes and effects.
 * @throws RocketError `APP_NOT_FOUND`, `BAD_USER_INPUT`; `EVENTS_UNAVAILABLE` also when this gateway can hear of none
 */
export async function eventsQuery(args: EventsArguments, parts: AdminParts) {
  requireWithin('limit', args.limit, [1, MAX_LIMIT]);
  requireWithin('waitMs', args.waitMs, [0, MAX_WAIT_MS]);
  const snapshot = await parts.view.refresh();
  const app = args.app == null ? null : existingApp(args.app, parts);
  if (args.entity != null) await requireEntity(args.entity, app, parts);
  requireHeard(app, snapshot, parts);
  const { messages, position, reset } = await parts.eventPages.next({
    subject: eventSubject({
      ...(app === null ? {} : { app }),
      ...(args.entity == null ? {} : { entity: args.entity }),
    }),
    after: args.after ?? null,
    limit: args.limit,
    waitMs: args.waitMs,
  });
  return { events: messages.map(eventView), position, reset };
}

function eventView({ position, storedAtMs, payload }: StreamMessage) {
  return { position, storedAt: new Date(storedAtMs).toISOString(), json: payload };
}

/** A misspelt one would be waited for in vain. */
async function requireEntity(entity: string, app: AppName | null, parts: AdminParts): Promise<void> {
  if (!isDocumentName(entity)) throw new RocketError('BAD_USER_INPUT', `${entity} is no name of an entity`);
  const revision = app === null ? null : (parts.view.current.apps.get(app)?.activeRevision ?? null);
  if (app === null || revision === null) return;
  const { document } = await parts.documents({ app, revision });
  if (toldEntities(document).includes(entity)) return;
  throw new RocketError('BAD_USER_INPUT', `App ${app} has no entity ${entity}`);
}

/** Refuses to wait for what cannot come. */
function requireHeard(app: AppName | null, snapshot: CatalogSnapshot, { bus }: AdminParts): void {
  const asked = app === null ? [...snapshot.shardMap.placements.keys()] : [app];
  const reasons = asked.map((each) => unheard(each, snapshot.shardMap, bus));
  const [reason = null] = reasons;
  if (reason !== null && !reasons.includes(null)) throw new RocketError('EVENTS_UNAVAILABLE', reason);
}
