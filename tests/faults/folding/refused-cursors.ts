/** Cursors that nothing goes on from. */
import type { AppKey } from '../support/checked/checked-apps.ts';
import type { Reader } from '../support/checked/checked-state.ts';
import { type Ending, followChanges, type Transport } from './change-connection.ts';
import type { FoldingInstallation } from './folding-installation.ts';
import { ASKED, type FoldedTable, subscriptionTo, type ToldChange } from './told-change.ts';

interface Asking {
  readonly table: FoldedTable;
  readonly reader: Reader;
  readonly transport: Transport;
  readonly after: string | null;
}

/** Time for what is told, and for a refusal. */
const WAIT_MS = 5_000;

/** Subscribes with a snapshot unless it goes on behind a cursor. @returns the first that is told, or how it ended before */
export async function firstTold(
  installation: FoldingInstallation,
  { table, reader, transport, after }: Asking,
): Promise<ToldChange | Ending> {
  const { app }: { readonly app: AppKey } = ASKED[table];
  const leaving = new AbortController();
  const left = AbortSignal.any([leaving.signal, AbortSignal.timeout(WAIT_MS)]);
  const told: ToldChange[] = [];
  const variables = { id: null, where: null, operations: null, after, snapshot: true, coalesce: false };
  const ending = await followChanges(
    {
      ...{ transport, token: reader.tokens?.[app] ?? null, query: subscriptionTo(table), variables },
      ...{ url: installation.urls(app)[0] ?? '', lastEventId: null },
    },
    left,
    (change) => {
      told.push(change);
      leaving.abort();
    },
  );
  return told[0] ?? ending;
}

/** One of a row of the snapshot. @throws when nothing is told */
export async function cursorOf(
  installation: FoldingInstallation,
  asking: Omit<Asking, 'after' | 'transport'>,
): Promise<string> {
  const first = await firstTold(installation, { ...asking, transport: 'websocket', after: null });
  if ('cursor' in first) return first.cursor;
  throw new Error(`Nothing was told: ${JSON.stringify(first)}`);
}

/** With a signature that nobody has made. */
export function forged(cursor: string): string {
  const [content = '', signature = ''] = cursor.split('.');
  return `${content}.${[...signature].reverse().join('')}`;
}
