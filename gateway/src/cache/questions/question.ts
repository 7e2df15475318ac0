import type { BypassReason } from '../cache-outcome.ts';
import type { ReadRule } from './read-rule.ts';

/** An operation with its variables, in one graph: what is known of its answers. */
export interface Question {
  /** Names it in all gateways. */
  readonly key: string;
  /** Null until an answer was read. It grows: an answer that has more records may have asked more apps. */
  rule: ReadRule | null;
  /** Why its answers are never kept; null when they are. */
  never: BypassReason | null;
}
