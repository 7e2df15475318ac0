/**
 * The contract between gateway and shard. The gateway calls it over HTTP, or directly when both run in one process;
 * `platform` has neither, so both sides depend on this file and not on each other.
 */

import type { DocumentNode, ExecutionResult } from 'graphql';
import type { AppName, Epoch, GraphRevisionId, Lsn, Revision } from '../ids.ts';
import type { AppAdvice, SlowQueryReport } from './app-advice.ts';

/** Who asks, as far as one app is concerned. Roles are those in that app. */
export interface Caller {
  /** Null for an anonymous caller. */
  readonly userId: string | null;
  readonly email: string | null;
  readonly roles: readonly string[];
  /** Bypasses every policy: role `admin` in the app, or a platform user. */
  readonly isAdmin: boolean;
}

/** Everything about a request that is not GraphQL. Signed on the wire. */
export interface CallContext {
  readonly app: AppName;
  readonly epoch: Epoch;
  readonly graph: GraphRevisionId;
  readonly caller: Caller;
  readonly requestId: string;
  /** Unix time in ms after which nobody waits for the answer. */
  readonly deadlineAtMs: number;
  /** The reader must see at least what was committed at this position of the app's database; absent: any replica will do. */
  readonly minLsn?: Lsn;
}

/**
 * The answer of a subgraph. It is made as text and often passed on as text; who needs to look into it parses it.
 */
export interface SubgraphAnswer {
  /** There are `errors` in it. */
  readonly hasErrors: boolean;
  /** Position of the commit of what this operation wrote, for reading one's own writes; null when it wrote nothing. */
  readonly lsn: Lsn | null;
  /** JSON of `{data, errors}`. */
  json(): string;
  result(): ExecutionResult;
}

export interface SubgraphOperation {
  readonly query: string;
  /** Given only in process, to spare the parse. */
  readonly document?: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

export interface ActivationInput {
  readonly app: AppName;
  readonly epoch: Epoch;
  readonly revision: Revision;
  /** Rows to insert where they are not there yet. */
  readonly sampleData: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

export interface ActivationReport {
  /** DDL statements that were applied, described in words; empty when the tables already fit. */
  readonly changes: readonly string[];
  readonly rowsInserted: number;
}

/** What became of an activation: the app's tables are at its revision, or never will be. */
export type Settlement = 'active' | 'abandoned';

export interface AppUser {
  readonly id: string;
  readonly email: string;
  /** Roles per app: the user's own app, and others a platform admin granted. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly active: boolean;
}

/** A signed-in user with the one-use token that continues the session. */
export interface UserSession {
  readonly user: AppUser;
  readonly refreshToken: string;
}

export interface Placed {
  readonly app: AppName;
  readonly epoch: Epoch;
}

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
  /** @throws RocketError `NOT_FOUND` */
  remove(at: Placed, input: { email: string }): Promise<void>;
}

export interface ShardService {
  /**
   * @param signal aborts when nobody waits for the answer any more; a read is given up then, a write that has begun is not
   * @throws RocketError `WRONG_EPOCH`, before anything was done, when the app is not served here at that epoch.
   */
  execute(context: CallContext, operation: SubgraphOperation, signal?: AbortSignal): Promise<SubgraphAnswer>;
  /**
   * Creates the app's database when missing and fits its tables to a stored revision, in one transaction.
   * @throws RocketError `CONFLICT` when there is a database of that name which is not the app's
   */
  activate(input: ActivationInput): Promise<ActivationReport>;
  /** Decides what became of an activation whose answer was lost. One that has not ended is waited for, or refused later. */
  settleActivation(at: Placed & Pick<ActivationInput, 'revision'>): Promise<Settlement>;
  /**
   * Drops the app's database. Idempotent. @throws RocketError `CONFLICT` for a database that does not say it is the app's;
   * it is left as it is
   */
  removeApp(at: Placed): Promise<void>;
  /** What would make the app faster, by what it was asked since this process began. */
  advise(at: Placed): Promise<AppAdvice>;
  /** The app's slow statements, the worst first. @param input.plans also asks Postgres how it would run them */
  slowQueries(at: Placed, input: { plans: boolean }): Promise<readonly SlowQueryReport[]>;
  readonly users: ShardUsers;
}
