/** Databases of the apps placed here, opened at their first use. A move gives an app a new epoch and so a new entry. */
import { type AppName, type Placement, RocketError } from '@rocket/schema';

export interface AppDatabases<D> {
  /** @throws RocketError `WRONG_EPOCH` when the app was already served at a later epoch */
  get(placement: Placement): D;
  /** Closes the app's database if it is open. */
  release(app: AppName): Promise<void>;
  /** The same for an app that has moved away: what was admitted before is refused from here on. */
  leave(placement: Pick<Placement, 'app' | 'epoch'>): void;
  /** Apps whose databases are open. */
  apps(): readonly AppName[];
  close(): Promise<void>;
}

/** @param onError called when the database of an earlier epoch failed to close */
export function createAppDatabases<D extends { close(): Promise<void> }>(
  open: (placement: Placement) => D,
  onError: (error: unknown) => void,
): AppDatabases<D> {
  /** Without a database: the app is elsewhere since that epoch. */
  const databases = new Map<AppName, { readonly epoch: number; readonly database: D | null }>();
  return {
    get: (placement) => {
      const known = databases.get(placement.app);
      if (known?.epoch === placement.epoch && known.database !== null) return known.database;
      if (known !== undefined && known.epoch >= placement.epoch) {
        // The request was admitted before the app moved and is served after it: its data is elsewhere now.
        throw new RocketError('WRONG_EPOCH', `App ${placement.app} is at epoch ${known.epoch} by now`);
      }
      const database = open(placement);
      databases.set(placement.app, { epoch: placement.epoch, database });
      // Requests that still run at the old epoch finish: close waits for running statements.
      known?.database?.close().catch(onError);
      return database;
    },
    release: async (app) => {
      const known = databases.get(app);
      databases.delete(app);
      await known?.database?.close();
    },
    leave: ({ app, epoch }) => {
      const known = databases.get(app);
      if (known === undefined || known.epoch >= epoch) return;
      databases.set(app, { epoch, database: null });
      known.database?.close().catch(onError);
    },
    apps: () => [...databases].flatMap(([app, { database }]) => (database === null ? [] : [app])),
    close: async () => {
      const open = [...databases.values()];
      databases.clear();
      await Promise.all(open.map((entry) => entry.database?.close()));
    },
  };
}
