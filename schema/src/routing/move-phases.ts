/**
 * The steps of a move of an app to another shard, in their order. Each is recorded in the catalog before it begins, so that
 * whoever takes over a move knows what may have been done already.
 */
export const MOVE_PHASES = [
  'waiting',
  'preparing',
  'copying',
  'indexing',
  'comparing',
  'following',
  'holding',
  'fenced',
  'switched',
  'kept',
  'done',
  'returned',
  'undoing',
  'aborted',
  'failed',
] as const;

export type MovePhase = (typeof MOVE_PHASES)[number];

/** What happens in each phase, for people. */
export const MOVE_PHASE_TEXTS: Readonly<Record<MovePhase, string>> = {
  waiting: 'waits for a worker',
  preparing: 'tables are made on the target',
  copying: 'rows are copied',
  indexing: 'indexes are built',
  comparing: 'both sides are compared',
  following: 'the target follows; waits until it is close behind',
  holding: 'writes wait',
  fenced: 'the source takes no writes; the target gets the last changes',
  switched: 'the target is opened',
  kept: 'moved; the former database is kept and follows',
  done: 'moved; the former database is dropped',
  returned: 'was moved, and is back',
  undoing: 'what was begun is undone',
  aborted: 'aborted; the app is where it was',
  failed: 'failed; the app is where it was',
};

/** Phases in which the app is moved, as far as its users are concerned: another move may begin. */
const OVER: ReadonlySet<MovePhase> = new Set(['kept', 'done', 'returned', 'aborted', 'failed']);
/** The app is on its target from here on, and the move can only go on. */
const DECIDED: ReadonlySet<MovePhase> = new Set(['switched', 'kept', 'done', 'returned']);
/** Writes of the app wait for the move. */
const WAITED_FOR: ReadonlySet<MovePhase> = new Set(['holding', 'fenced', 'switched']);

export function isMoveOver(phase: MovePhase): boolean {
  return OVER.has(phase);
}

/** False while the move can still be aborted. */
export function isMoveDecided(phase: MovePhase): boolean {
  return DECIDED.has(phase);
}

export function writesWait(phase: MovePhase): boolean {
  return WAITED_FOR.has(phase);
}
