/**
 * By which documents the apps were written to. A change has the tags of the document that it was made by, and an answer
 * depends on tags of the one that it was read by. They are the same names only for the same document: one may have an
 * index that the other lacks. Two are in use while a new one is published, and for longer while a graph cannot be made of
 * it.
 */
import type { AppName, Revision } from '@rocket/schema';
import type { AppRead } from './places.ts';

interface Change {
  readonly app: AppName;
  /** Absent when it is not known. */
  readonly revision?: Revision | null | undefined;
}

interface Written {
  /** Of the last change; null when it is not known. */
  readonly revision: Revision | null;
  readonly position: number;
  /** Of the last change by any other revision; 0 when there was none. */
  readonly otherPosition: number;
}

export class WrittenRevisions {
  readonly #written = new Map<AppName, Written>();

  /** Called in the order of positions. */
  wrote({ app, revision = null }: Change, position: number): void {
    const before = this.#written.get(app);
    const isOther = before !== undefined && before.revision !== revision;
    const otherPosition = isOther ? before.position : (before?.otherPosition ?? 0);
    this.#written.set(app, { revision, position, otherPosition });
  }

  /** Whether one of the apps was written to after `position` by another document than it was read by. */
  areVoid(apps: readonly Pick<AppRead, 'app' | 'revision'>[], position: number): boolean {
    return apps.some(({ app, revision }) => {
      const written = this.#written.get(app);
      if (written === undefined) return false;
      return position < (written.revision === revision ? written.otherPosition : written.position);
    });
  }

  /** Positions of before are void. */
  reset(): void {
    this.#written.clear();
  }
}
