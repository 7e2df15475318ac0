/** A time that is before every other: nothing is proven. */
export const NEVER = Number.NEGATIVE_INFINITY;

/** The probes of one follower: when they were sent, and where on the stream those that came back were stored. */
export interface ProbeTrail {
  /** When the latest probe that came back was sent; `NEVER` when none did. */
  readonly latest: number;
  /** Notes the time, which has to be done before the probe is sent; returns the id for it. */
  sent(): string;
  /** A probe was delivered, from `position`. Ids that are not of this trail, or too old to be of use, do nothing. */
  delivered(id: string | null, position: number): void;
  /** When the latest probe was sent that was stored at `position` or before; `NEVER` when none is known. */
  sentBefore(position: number): number;
  /** The positions are void. */
  clear(): void;
}

/** @param keepMs a probe older than this by `now` proves nothing that is of use */
export function createProbeTrail(follower: string, now: () => number, keepMs: number): ProbeTrail {
  const pending = new Map<string, number>();
  /** Both properties grow from one to the next. */
  let proofs: { readonly position: number; readonly sentAt: number }[] = [];
  let drawn = 0;

  const latest = () => proofs.at(-1)?.sentAt ?? NEVER;
  return {
    get latest() {
      return latest();
    },
    sent() {
      const sentAt = now();
      for (const [id, at] of pending) if (sentAt - at > keepMs) pending.delete(id);
      drawn += 1;
      const id = `${follower}:${drawn}`;
      pending.set(id, sentAt);
      return id;
    },
    delivered(id, position) {
      const sentAt = id === null ? undefined : pending.get(id);
      if (id === null || sentAt === undefined) return;
      pending.delete(id);
      // Probes can be stored in another order than they were sent in; then the later one has proven all and more.
      if (sentAt <= latest()) return;
      const oldest = now() - keepMs;
      proofs = [...proofs.filter((proof) => proof.sentAt >= oldest), { position, sentAt }];
    },
    sentBefore(position) {
      return proofs.findLast((proof) => proof.position <= position)?.sentAt ?? NEVER;
    },
    clear() {
      pending.clear();
      proofs = [];
    },
  };
}
