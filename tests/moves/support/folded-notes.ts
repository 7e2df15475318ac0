/** A subscriber of notes that keeps a copy of them, made of nothing but what it is told. */
import { listen } from '../../harness/listening.ts';
import { until } from '../../harness/until.ts';
import type { World } from '../../harness/world.ts';

const QUERY = 'subscription { noteChanged { operation id node { title } } }';

interface Change {
  readonly operation: 'ADDED' | 'UPDATED' | 'REMOVED';
  readonly id: string;
  readonly node: { readonly title: string } | null;
}

export interface FoldedNotes {
  /** By id, titles. */
  readonly notes: ReadonlyMap<string, string>;
  /** Errors, and whatever ended it. */
  readonly faults: readonly string[];
  /** Of the last change that was told. */
  readonly cursor: string;
  close(): void;
}

/** @param from a cursor, and the copy that was there at it; null begins now, with none */
export async function foldNotes(
  world: World,
  app: string,
  from: { readonly cursor: string; readonly notes: ReadonlyMap<string, string> } | null = null,
): Promise<FoldedNotes> {
  const listening = await listen({
    url: `${world.url}/apps/${world.app(app)}/graphql`,
    token: world.adminToken,
    query: QUERY,
    ...(from === null ? {} : { lastEventId: from.cursor }),
  });
  await until(() => listening.cursor !== '');
  const notes = new Map(from?.notes);
  const faults: string[] = [];
  let cursor = listening.cursor;
  let isClosed = false;
  const take = async (): Promise<void> => {
    while (!isClosed) {
      const { id, data, errors } = await listening.next();
      if (isClosed) return;
      if (errors.length > 0) faults.push(JSON.stringify(errors));
      else fold(notes, data?.['noteChanged'] as Change);
      cursor = id;
    }
  };
  void take().catch((error: unknown) => {
    if (!isClosed) faults.push(String(error));
  });
  return {
    ...{ notes, faults },
    get cursor() {
      return cursor;
    },
    close() {
      isClosed = true;
      listening.close();
    },
  };
}

/** What was added and is gone by now is told as removed only. */
function fold(notes: Map<string, string>, { operation, id, node }: Change): void {
  if (operation === 'REMOVED') notes.delete(id);
  else notes.set(id, node?.title ?? '');
}
