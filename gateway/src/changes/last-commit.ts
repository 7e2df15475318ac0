import { type ChangeEvent, type Lsn, laterLsn, type Placed } from '@rocket/schema';

/** What was committed before the head of a feed: a reader who goes on behind the head must see all of it. */
export interface CommittedBefore {
  /** The feed has followed the stream since then, by the process's clock; what was committed earlier is older than that. */
  readonly sinceMs: number;
  /** The last commit since then that is known; null when there was none, or its position is not known. */
  readonly atLeast: (Placed & { readonly lsn: Lsn }) | null;
}

export class LastCommit implements CommittedBefore {
  sinceMs = Number.POSITIVE_INFINITY;
  atLeast: CommittedBefore['atLeast'] = null;

  begin(): void {
    this.sinceMs = Math.min(this.sinceMs, performance.now());
  }

  /** Positions of two epochs are of different databases. */
  note({ app, epoch, lsn }: Pick<ChangeEvent, 'app' | 'epoch' | 'lsn'>): void {
    const before = this.atLeast;
    if (lsn === null || (before !== null && epoch < before.epoch)) return;
    const later = before?.epoch === epoch ? laterLsn(before.lsn, lsn) : lsn;
    this.atLeast = { app, epoch, lsn: later ?? lsn };
  }
}
