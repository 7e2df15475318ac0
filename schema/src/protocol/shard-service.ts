/**
 * The contract between gateway and shard. The gateway calls it over HTTP, or directly when both run in one process;
 * `platform` contains neither side, so both depend on this folder and not on each other.
 */

import type { ActivationInput, ActivationReport, Settlement } from './activation-calls.ts';
import type { AppAdvice, SlowQueryReport } from './advice-calls.ts';
import type { CallContext, Placed } from './call-context.ts';
import type { ConsumedEvent, OutboxReport, StoredEvent } from './event-calls.ts';
import type { SubgraphAnswer, SubgraphOperation } from './operation-call.ts';
import type { AppUser, UserSession } from './user-calls.ts';
import type {
  ChosenDeliveries,
  DeliveryDetail,
  DeliveryFilter,
  DeliveryRecord,
  WebhookEndpoint,
} from './webhook-calls.ts';

/** App users live in the app's own database, so the shard checks them; the gateway signs access tokens. */
export interface ShardUsers {
  /** @throws RocketError `UNAUTHENTICATED` for an unknown e-mail, wrong password or inactive user alike. */
  login(at: Placed, input: { email: string; password: string }): Promise<UserSession>;
  /** Consumes the token. @throws RocketError `UNAUTHENTICATED`; reuse of a consumed token ends its whole session. */
  refresh(at: Placed, input: { refreshToken: string }): Promise<UserSession>;
  /** Ends the session; unknown tokens are no error. */
  logout(at: Placed, input: { refreshToken: string }): Promise<void>;
  list(at: Placed): Promise<readonly AppUser[]>;
  /** @throws RocketError `CONFLICT` when the e-mail is taken (compared without case). */
  add(at: Placed, input: { email: string; password: string; roles: AppUser['roles'] }): Promise<AppUser>;
  /** @throws RocketError `NOT_FOUND` when no user has the e-mail (compared without case). */
  find(at: Placed, input: { email: string }): Promise<AppUser>;
  /** Their sessions end. @throws RocketError `NOT_FOUND` */
  remove(at: Placed, input: Pick<AppUser, 'id'>): Promise<void>;
}

/** Names an endpoint by its id. All that take one throw RocketError `NOT_FOUND` where there is none. */
export interface OfEndpoint {
  readonly endpoint: string;
}

/** The webhooks of an app, for administrators. */
export interface ShardWebhooks {
  /** All that the document names or has named, by their addresses. */
  endpoints(at: Placed): Promise<readonly WebhookEndpoint[]>;
  secret(at: Placed, input: OfEndpoint): Promise<{ secret: string }>;
  /**
   * Gives the endpoint another secret. @param input.secret null makes one; @param input.overlapMs for how long requests
   * are signed with the former one too
   * @throws RocketError `BAD_USER_INPUT` for a secret of the wrong form
   */
  rotate(
    at: Placed,
    input: OfEndpoint & { secret: string | null; overlapMs: number },
  ): Promise<{ secret: string }>;
  /** What waits for an endpoint that is disabled has failed. */
  setEnabled(at: Placed, input: OfEndpoint & { isEnabled: boolean }): Promise<void>;
  /** The newest first. */
  deliveries(
    at: Placed,
    input: { filter: DeliveryFilter; after: string | null; limit: number },
  ): Promise<readonly DeliveryRecord[]>;
  /** Null when there is none, any more or at all. */
  delivery(at: Placed, input: { id: string }): Promise<DeliveryDetail | null>;
  /**
   * Sends deliveries again that are delivered or failed, with the same ids. Those that wait are left as they are.
   * @returns how many
   */
  redeliver(at: Placed, input: ChosenDeliveries): Promise<{ count: number }>;
  /** Sends a test at once, once, also to an endpoint that is disabled. */
  test(at: Placed, input: OfEndpoint): Promise<DeliveryDetail>;
}

export interface ShardService {
  /**
   * @param signal aborts when nobody waits for the answer any more; a read is given up then, a write that has begun is
   *   not
   * @throws RocketError `WRONG_EPOCH`, before anything was done, when the app is not served here at that epoch.
   */
  execute(context: CallContext, operation: SubgraphOperation, signal?: AbortSignal): Promise<SubgraphAnswer>;
  /**
   * Creates the app's database when missing and fits its tables to a stored revision, in one transaction.
   * @throws RocketError `CONFLICT` when there is a database of that name which is not the app's
   */
  activate(input: ActivationInput): Promise<ActivationReport>;
  /**
   * Settles an activation whose answer was lost. One that is still running is waited for, or fails when it continues.
   */
  settleActivation(at: Placed & Pick<ActivationInput, 'revision'>): Promise<Settlement>;
  /**
   * Makes a database that was restored from a backup the app's present one: it takes writes, at this epoch, and its next
   * events have higher ids than any that were told before.
   * @throws RocketError `NOT_FOUND` when there is none of the name, `CONFLICT` when it is not the app's
   */
  adoptDatabase(at: Placed): Promise<void>;
  /**
   * Drops the app's database. Idempotent. @throws RocketError `CONFLICT` for a database that does not say it is the
   * app's; it is left as it is
   */
  removeApp(at: Placed): Promise<void>;
  /** What would make the app faster, judged by its queries since this process started. */
  advise(at: Placed): Promise<AppAdvice>;
  /** The app's slow statements, the worst first. @param input.plans also asks Postgres how it would run them */
  slowQueries(at: Placed, input: { plans: boolean }): Promise<readonly SlowQueryReport[]>;
  /** How far the events of the app have come, of all processes of the shard. */
  outbox(at: Placed): Promise<OutboxReport>;
  /**
   * Events as they were stored, for those that were too large for the stream; without those that are not kept any more.
   * @param input.ids at most {@link MAX_STORED_EVENTS}
   */
  storedEvents(at: Placed, input: { ids: readonly string[] }): Promise<readonly StoredEvent[]>;
  /**
   * Does what the consumer would do with an event of the app that came to it, and resolves when that is stored. One that
   * was handled before has no second effect.
   * @throws RocketError what it failed with; `NOT_FOUND` for a consumer that there is not
   */
  handleEvent(at: Placed, event: ConsumedEvent): Promise<void>;
  readonly users: ShardUsers;
  readonly webhooks: ShardWebhooks;
}
