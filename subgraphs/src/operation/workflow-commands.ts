/** What callers can do with workflows. */
import type { AppModel, Caller, JsonValue, Placement, Revision } from '@rocket/schema';
import type { WriteResult } from '../write/write-result.ts';

/**
 * All throw RocketError `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller, when the caller may not do this. What
 * else is wrong are errors of the result: `NOT_FOUND`, `INVALID_STATE`, `VALIDATION_FAILED`.
 */
export interface WorkflowCommands {
  /** The key of the result is the approval's. */
  decide(
    caller: Caller,
    decision: { readonly approvalId: string; readonly approve: boolean; readonly comment: string | null },
  ): Promise<WriteResult>;
  /** Exactly one of `role` and `userId` is not null, or it is refused. The key of the result is the approval's. */
  reassign(
    caller: Caller,
    to: {
      readonly approvalId: string;
      readonly role: string | null;
      readonly userId: string | null;
      readonly comment: string | null;
    },
  ): Promise<WriteResult>;
  /** The key of the result is the instance's, as of the others. */
  cancel(
    caller: Caller,
    of: { readonly instanceId: string; readonly comment: string | null },
  ): Promise<WriteResult>;
  retry(
    caller: Caller,
    of: { readonly instanceId: string; readonly comment: string | null },
  ): Promise<WriteResult>;
  start(
    caller: Caller,
    of: { readonly workflow: string; readonly recordId: string | null; readonly input: JsonValue },
  ): Promise<WriteResult>;
}

/** The app whose workflows one operation commands. */
export interface CommandedApp {
  readonly placement: Placement;
  readonly model: AppModel;
  readonly revision: Revision;
  /** Unix time in ms after which nobody waits for a result. */
  readonly deadlineAtMs: number;
  /** To be called after each commit with the ids of its events, as decimals, so that readers wait for them. */
  readonly onCommitted: (events: readonly string[]) => void;
}

export type CommandWorkflows = (app: CommandedApp) => WorkflowCommands;
