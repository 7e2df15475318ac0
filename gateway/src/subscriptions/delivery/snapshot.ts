/** The records that there are, page by page, before the changes of them. */
import type { ResolvedChange } from '../operation/change-payload.ts';
import type { AtLeast } from '../resolution/ask-graph.ts';
import type { NodeReader, ReadNode } from '../resolution/node-reader.ts';
import { retried } from '../resolution/retried.ts';
import type { Member } from './member.ts';

const PAGE_ROWS = 100;

export interface SnapshotParts {
  readonly reader: NodeReader;
  /** Most records of a page, as the document says. */
  readonly maxPageSize: number;
  /** What was committed before the place of the member's point. */
  readonly atLeast: AtLeast | null;
}

/**
 * Gives the member the rows behind their point, as fast as they take them. Resolves after the last one, or when they have
 * gone. @throws as the reader
 */
export async function sendSnapshot(
  member: Member,
  { reader, maxPageSize, atLeast }: SnapshotParts,
): Promise<void> {
  const { subscriber, key } = member;
  const limit = Math.min(PAGE_ROWS, maxPageSize);
  for (;;) {
    const { place, row: after } = member.point;
    const { rows, hasMore } = await retried(() => reader.page({ key, after, limit }, member, atLeast));
    const at = new Date().toISOString();
    for (const { node, cursor } of rows) {
      member.deliver({ change: rowOf(node, at), point: { place, row: cursor } });
    }
    await subscriber.emptied();
    if (!hasMore || subscriber.hasEnded) break;
  }
  member.point = { place: member.point.place, row: null };
}

function rowOf({ key, nodes, errors }: ReadNode, at: string): ResolvedChange {
  return {
    ...{ id: key, at, nodes, errors },
    operation: 'ADDED',
    previous: null,
    changedFields: [],
    snapshot: true,
  };
}
