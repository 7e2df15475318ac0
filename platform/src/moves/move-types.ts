/** Moves of apps from one shard to another, as the catalog keeps them. */
import type { AppId, AppName, Epoch, Lsn, MovePhase, ShardName } from '@rocket/schema';

/** Where an app's database is. */
export interface MovePlace {
  readonly shard: ShardName;
  readonly database: string;
}

/** How far a move is, as its mover knows. All of it is for people. */
export interface MoveProgress {
  readonly rowsDone: number;
  /** An estimate until everything is copied. */
  readonly rowsTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Of the last seconds; null while nothing is copied. */
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
  /** How long writes are expected to wait, in ms; null until it can be said. */
  readonly expectedPauseMs: number | null;
  /** How long writes have waited, in ms; null until the app is served on the target. */
  readonly pauseMs: number | null;
  /** What is done just now: a table, an index. */
  readonly detail: string | null;
}

export interface MoveRecord {
  /** UUID. */
  readonly id: string;
  readonly app: AppName;
  readonly appId: AppId;
  readonly source: MovePlace;
  readonly target: MovePlace;
  /** Of the app where it is moved from. It has the next one on the target. */
  readonly epoch: Epoch;
  /** The move that is taken back; null for a first one. */
  readonly backOf: string | null;
  readonly phase: MovePhase;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  /** Why it is to be undone; null while it is not. */
  readonly abortReason: string | null;
  /** What went wrong last, for people. */
  readonly problem: string | null;
  readonly progress: Partial<MoveProgress>;
  /** The cluster and the timeline of the target's server, while it follows; null while it does not. */
  readonly targetHistory: string | null;
  /** What the target has when it has everything; null before the switch. */
  readonly marker: string | null;
  /** Where the log of the target was at the switch; null before. */
  readonly since: Lsn | null;
  /** False where the former database does not follow, so that there is no way back. */
  readonly canReturn: boolean;
  /** Grows with each mover that takes it over. */
  readonly term: number;
  /** Null while nobody has it. */
  readonly mover: string | null;
  /** When the app was on its target, or the move was given up; null before. */
  readonly overAt: Date | null;
  /** Until when the former database is kept; null while it is not known, or not kept any more. */
  readonly keptUntil: Date | null;
}

export interface MoveStep {
  readonly number: number;
  readonly phase: MovePhase;
  readonly mover: string | null;
  readonly note: string | null;
  readonly at: Date;
}

export interface NewMove extends Pick<MoveRecord, 'app' | 'source' | 'target' | 'epoch' | 'requestedBy'> {
  readonly backOf: string | null;
  /** Moves away from the same shard that are in progress at once, at most. */
  readonly parallel: number;
}

/** Who moves an app now. Whatever is done under an older term is refused. */
export interface MoveLease {
  readonly move: string;
  readonly term: number;
}

/** What becomes of the app's placement with a step. */
export type PlacementChange =
  /** Gateways hold its writes. */
  | { readonly kind: 'hold' }
  /** They do no more; it is where it was. */
  | { readonly kind: 'release' }
  /** It is on the target, at the next epoch; its writes are still held. */
  | { readonly kind: 'switch'; readonly since: Lsn | null }
  /** Its writes go to the target. */
  | { readonly kind: 'open' };

export interface MoveChange {
  readonly phase: MovePhase;
  readonly note?: string | null;
  readonly problem?: string | null;
  readonly placement?: PlacementChange;
  /** For how long nobody else takes the move over, from now on; as it was when absent. */
  readonly leaseSeconds?: number;
  readonly progress?: Partial<MoveProgress>;
  readonly targetDatabase?: string;
  readonly targetHistory?: string;
  readonly marker?: string;
  readonly canReturn?: boolean;
  /** How long the former database is kept from now on, in seconds. */
  readonly keepSeconds?: number;
}

export interface MoveFilter {
  readonly app?: AppName;
  /** Those that are in progress only. */
  readonly isOpen?: boolean;
  /** At most; 100 when absent. */
  readonly limit?: number;
}

/** Every method is one transaction; those that change a placement change the version of the snapshot. */
export interface Moves {
  /** @throws RocketError `CONFLICT` when the app is moved already, or is not where the move begins */
  request(move: NewMove): Promise<MoveRecord>;
  /** The newest first. */
  list(filter: MoveFilter): Promise<readonly MoveRecord[]>;
  get(id: string): Promise<MoveRecord | null>;
  steps(id: string): Promise<readonly MoveStep[]>;
  /**
   * Has a move undone as soon as its mover notices; one that nobody has begun ends at once. @throws RocketError
   * `NOT_FOUND`; `INVALID_STATE` when it is decided
   */
  abort(id: string, reason: string): Promise<MoveRecord>;
  /**
   * Takes a move that nobody has, or whose mover is silent: one that is not over, or whose former database is due to be
   * dropped. Null when there is none. @param mover names the process, for people
   */
  claim(mover: string, leaseSeconds: number): Promise<MoveRecord | null>;
  /** The move as it is now; null when somebody else has it. */
  renew(lease: MoveLease, progress: Partial<MoveProgress>, leaseSeconds: number): Promise<MoveRecord | null>;
  /** Gives it back. @param againInSeconds nobody takes it before */
  giveBack(lease: MoveLease, againInSeconds: number): Promise<void>;
  /**
   * Records the next step, before it is begun, and changes the placement with it.
   * @throws RocketError `CONFLICT` when somebody else has the move, the placement is another one by now, the step would go
   *   back behind a decision, or would decide what is to be undone
   */
  advance(lease: MoveLease, change: MoveChange): Promise<MoveRecord>;
  /** Former databases of an app are not kept any longer. @returns whether there was one */
  endKeeping(app: AppName): Promise<boolean>;
}
