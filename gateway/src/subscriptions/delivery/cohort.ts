/** Subscribers who see the same of the same changes: each change is resolved once for all of them. */
import type { StreamPlace } from '../../changes/change-feed.ts';
import { ChangeRun, type RunParts } from './change-run.ts';
import type { Member } from './member.ts';

export type CohortParts = Omit<RunParts, 'onIdle' | 'onGone'> & {
  /** Nobody is in it any more. */
  readonly onEmpty: () => void;
};

export class Cohort {
  readonly #parts: CohortParts;
  readonly #runs = new Set<ChangeRun>();

  constructor(parts: CohortParts) {
    this.#parts = parts;
  }

  /** The member gets what is behind their point. */
  add(member: Member): void {
    const known = [...this.#runs].find((run) => run.take(member));
    if (known === undefined) this.#newRun(member.point.place).take(member);
  }

  leave(member: Member): void {
    for (const run of [...this.#runs]) run.leave(member);
  }

  /** All members, who go elsewhere. */
  empty(): readonly Member[] {
    return [...this.#runs].flatMap((run) => run.empty());
  }

  /** Somebody in it; undefined when it is empty. */
  get anybody(): Member | undefined {
    return [...this.#runs].find(({ members }) => members.size > 0)?.members.first;
  }

  #newRun(from: StreamPlace): ChangeRun {
    const run = new ChangeRun(
      {
        ...this.#parts,
        onIdle: (idle) => this.#merge(idle),
        onGone: (gone) => {
          this.#runs.delete(gone);
          if (this.#runs.size === 0) this.#parts.onEmpty();
        },
      },
      from,
    );
    this.#runs.add(run);
    return run;
  }

  /**
   * Two runs for which nothing waits were offered the same, up to the head. One whose members were at another gateway can
   * be beyond it: the other has yet to go there, and takes them until then, as it cannot be the other way round.
   */
  #merge(run: ChangeRun): void {
    const other = [...this.#runs].find((each) => each !== run && each.isIdle && each.isLike(run));
    if (other === undefined) return;
    const { head } = this.#parts.feed;
    run.reached(head);
    other.reached(head);
    const [into, from] = other.complete <= run.complete ? [other, run] : [run, other];
    for (const member of from.empty()) if (!into.take(member)) this.add(member);
  }
}
