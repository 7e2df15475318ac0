/**
 * One cap on the connections of a whole process, over all the databases it has open. Postgres has a fixed number of
 * connections to give; a hundred apps with up to fifty each would together take more than it has.
 */

/** A pool that draws on the budget. */
export interface BudgetMember {
  /** Connections that exist or are being made. */
  openConnections(): number;
  /** Unix time in ms at which the first of its waiting callers came; infinity when none waits. */
  waitingSinceMs(): number;
  /** Unix time in ms since which its longest idle connection has been idle; infinity when none is idle. */
  idleSinceMs(): number;
  /** Closes the longest idle connection; false when none is idle. */
  closeIdleConnection(): boolean;
  /** Called when a member that was refused may get a connection. */
  grow(): void;
}

export interface ConnectionBudget {
  readonly maxPerProcess: number;
  join(member: BudgetMember): void;
  leave(member: BudgetMember): void;
  /**
   * Whether `member` may open one more connection, for which an idle one of another member may have been closed. A
   * member that is refused gets a call of `grow` when it should ask again.
   */
  mayOpen(member: BudgetMember): boolean;
  /** A connection of a member has been closed. */
  closed(): void;
  /** Whether `member` has to close a connection that it has just got back, because another member needs it more. */
  mustYield(member: BudgetMember): boolean;
}

export function createConnectionBudget(options: { maxPerProcess: number }): ConnectionBudget {
  const { maxPerProcess } = options;
  const members = new Set<BudgetMember>();
  /** Members that were refused. */
  const needy = new Set<BudgetMember>();
  const hasRoom = () => openConnections(members) < maxPerProcess;
  return {
    maxPerProcess,
    join: (member) => {
      members.add(member);
    },
    leave: (member) => {
      members.delete(member);
      needy.delete(member);
      neediest(needy)?.grow();
    },
    mayOpen(member) {
      needy.delete(member);
      if (hasRoom() || (takeFromOthers(members, member) && hasRoom())) return true;
      needy.add(member);
      return false;
    },
    closed: () => {
      neediest(needy)?.grow();
    },
    mustYield(member) {
      if (needy.size === 0) return false;
      const other = neediest(needy);
      return other !== undefined && other !== member && hasClaim(other, member);
    },
  };
}

function openConnections(members: ReadonlySet<BudgetMember>): number {
  let open = 0;
  for (const member of members) open += member.openConnections();
  return open;
}

/** Closes the longest idle connection of all other members, which is the least likely to be needed again. */
function takeFromOthers(members: ReadonlySet<BudgetMember>, member: BudgetMember): boolean {
  let holder: BudgetMember | undefined;
  for (const other of members) {
    if (other === member || other.idleSinceMs() === Number.POSITIVE_INFINITY) continue;
    if (holder === undefined || other.idleSinceMs() < holder.idleSinceMs()) holder = other;
  }
  return holder?.closeIdleConnection() === true;
}

/**
 * The member with the fewest connections; of several the one whose callers have waited longest. Those for whom nobody
 * waits any more leave the set.
 */
function neediest(needy: Set<BudgetMember>): BudgetMember | undefined {
  let first: BudgetMember | undefined;
  for (const member of needy) {
    if (member.waitingSinceMs() === Number.POSITIVE_INFINITY) needy.delete(member);
    else if (first === undefined || isWorseOff(member, first)) first = member;
  }
  return first;
}

function isWorseOff(one: BudgetMember, other: BudgetMember): boolean {
  const difference = one.openConnections() - other.openConnections();
  return difference < 0 || (difference === 0 && one.waitingSinceMs() < other.waitingSinceMs());
}

/**
 * Shares converge and then stay as they are: a member gives up a connection only to one that still has fewer
 * afterwards. By that rule alone, a member without any connection could wait for ever; between it and the others it is
 * first come, first served. Connections of a member without waiting callers are free for all others.
 */
function hasClaim(other: BudgetMember, member: BudgetMember): boolean {
  if (member.waitingSinceMs() === Number.POSITIVE_INFINITY) return true;
  const [others, own] = [other.openConnections(), member.openConnections()];
  return others + 1 < own || (others === 0 && other.waitingSinceMs() < member.waitingSinceMs());
}
