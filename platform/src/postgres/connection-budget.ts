/**
 * One cap on the connections of a whole process, over all the databases it has open. Postgres has a fixed number of
 * connections to give; a hundred apps that each may have fifty would together take more than it has.
 */
import { createPermits, type Permits } from './permits.ts';

/** A pool that draws on the budget. */
export interface BudgetMember {
  /** Connections that exist or are being made. */
  openConnections(): number;
  /** Closes one idle connection; false when there is none to close. */
  closeIdleConnection(): Promise<boolean>;
}

export interface ConnectionBudget {
  readonly maxPerProcess: number;
  /** Connections in use; a caller holds a permit as long as it holds a connection. */
  readonly permits: Permits;
  join(member: BudgetMember): void;
  leave(member: BudgetMember): void;
  /** True when one more connection may be opened now. */
  hasRoom(): boolean;
  /** Closes an idle connection of some other member, to make room for one of `member`. */
  makeRoom(member: BudgetMember): Promise<void>;
}

/** Waiting callers per permitted connection; more would time out in the queue anyway. */
const WAITING_PER_CONNECTION = 20;

export function createConnectionBudget(options: { maxPerProcess: number }): ConnectionBudget {
  const { maxPerProcess } = options;
  const members = new Set<BudgetMember>();
  return {
    maxPerProcess,
    permits: createPermits({
      max: maxPerProcess,
      maxWaiting: maxPerProcess * WAITING_PER_CONNECTION,
      what: 'database connection of this process',
    }),
    join: (member) => {
      members.add(member);
    },
    leave: (member) => {
      members.delete(member);
    },
    hasRoom: () => {
      let open = 0;
      for (const member of members) open += member.openConnections();
      return open < maxPerProcess;
    },
    makeRoom: async (member) => {
      for (const other of members) {
        if (other !== member && (await other.closeIdleConnection())) return;
      }
    },
  };
}
