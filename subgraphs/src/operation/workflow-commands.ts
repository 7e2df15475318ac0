/** What mutations do with workflows. */
import type { Caller, JsonValue } from '@rocket/schema';
import type { WriteResult } from '../write/write-result.ts';

/**
 * Faults of the input are data of the result, whose key is that of the approval or of the instance. All throw RocketError
 * `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller, when the caller may not do it.
 */
export interface WorkflowCommands {
  decide(
    caller: Caller,
    decision: { readonly approvalId: string; readonly approve: boolean; readonly comment: string | null },
  ): Promise<WriteResult>;
  /** One of `role` and `userId` is given. */
  reassign(
    caller: Caller,
    to: {
      readonly approvalId: string;
      readonly role: string | null;
      readonly userId: string | null;
      readonly comment: string | null;
    },
  ): Promise<WriteResult>;
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
