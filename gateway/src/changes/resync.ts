/** Why changes cannot be given without a gap. */
import type { FollowLoss } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { FeedMetrics } from './feed-metrics.ts';

/** `unreadable`: of a newer version, or nothing of the product's. `unheard`: they go to another process. */
export type ResyncReason = FollowLoss | 'unreadable' | 'unheard';

const SENTENCES: Readonly<Record<ResyncReason, string>> = {
  expired: 'Changes after the cursor are not kept any more: read the records anew',
  rewound: 'The stream of changes is not the one that the cursor is of: read the records anew',
  failed: 'The changes could not be followed any more: read the records anew',
  unreadable: 'A change cannot be read by this version of the product: read the records anew',
  unheard: 'Changes cannot reach this gateway any more: read the records anew',
};

/** Makes the error that one subscriber or reader gets, and counts it. */
export type Resync = (reason: ResyncReason) => RocketError;

export function createResync(metrics: Pick<FeedMetrics, 'resync'>): Resync {
  return (reason) => {
    metrics.resync(reason);
    return new RocketError('RESYNC_REQUIRED', SENTENCES[reason], { details: { reason } });
  };
}
