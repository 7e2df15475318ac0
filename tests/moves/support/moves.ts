/** What tests ask about moves of apps: by the admin API, and of the Postgres servers themselves. */
import { createDatabase, createLogger, databaseUrl, type Row } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { until } from '../../harness/until.ts';
import { fieldOf, type World } from '../../harness/world.ts';
import type { GraphqlAnswer } from '../../harness/world-client.ts';

/** Of tests with several moves, which take long on a machine that has much else to do. */
export const BUSY_MS = 180_000;
const ADMIN = '/admin/graphql';
const VIEW =
  'id app from to phase text isOver isBack problem keptUntil pauseMs overAt requestedBy steps { phase note }';

export interface MoveSeen {
  readonly id: string;
  readonly app: string;
  readonly from: string;
  readonly to: string;
  readonly phase: string;
  readonly text: string;
  readonly isOver: boolean;
  readonly isBack: boolean;
  readonly problem: string | null;
  readonly keptUntil: string | null;
  readonly pauseMs: number | null;
  readonly overAt: string | null;
  readonly steps: readonly { readonly phase: string; readonly note: string | null }[];
}

export type Whereto = { readonly to: string } | { readonly back: true };

export interface Moves {
  admin(query: string, variables?: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer>;
  /** The answer to a request, whatever it is. */
  ask(app: string, whereto: Whereto): Promise<GraphqlAnswer>;
  /** @throws when it is refused */
  request(app: string, whereto: Whereto): Promise<MoveSeen>;
  see(id: string): Promise<MoveSeen>;
  /** The move once it is so. */
  when(id: string, is: (move: MoveSeen) => boolean): Promise<MoveSeen>;
  /** Requests a move and waits until the app is there. @throws when it is not moved */
  move(app: string, whereto: Whereto): Promise<MoveSeen>;
  abort(app: string): Promise<GraphqlAnswer>;
  /** Where the app is placed. */
  place(app: string): Promise<{ readonly shard: string; readonly database: string }>;
}

export function movesOf(world: World): Moves {
  const admin: Moves['admin'] = (query, variables = {}) => world.ask(ADMIN, query, { variables });
  const ask: Moves['ask'] = (app, whereto) =>
    admin(
      `mutation ($name: ID!, $to: ID, $back: Boolean! = false) { moveApp(name: $name, to: $to, back: $back) { ${VIEW} } }`,
      { name: world.app(app), ...whereto },
    );
  const see: Moves['see'] = async (id) =>
    fieldOf<MoveSeen>(await admin(`query ($id: ID!) { move(id: $id) { ${VIEW} } }`, { id }), 'move');
  const request: Moves['request'] = async (app, whereto) =>
    fieldOf<MoveSeen>(await ask(app, whereto), 'moveApp');
  const when: Moves['when'] = async (id, is) => {
    for (let seen = await see(id); ; ) {
      if (is(seen)) return seen;
      const { steps } = seen;
      // As long as it gets further it is only slow, as on a machine that has much else to do.
      await until(async () => {
        seen = await see(id);
        return is(seen) || seen.steps.length > steps.length;
      }).catch((cause: unknown) => {
        throw new Error(`The move stays as it is: ${JSON.stringify(seen)}`, { cause });
      });
    }
  };
  return {
    ...{ admin, ask, request, see, when },
    async move(app, whereto) {
      const { id } = await request(app, whereto);
      const seen = await when(id, ({ isOver }) => isOver);
      if (seen.phase !== 'kept' && seen.phase !== 'done') throw new Error(JSON.stringify(seen));
      return seen;
    },
    abort: (app) =>
      admin('mutation ($app: ID!) { abortMove(app: $app) { id phase } }', { app: world.app(app) }),
    async place(app) {
      const placement = (await world.catalog.snapshot()).shardMap.placements.get(appName(world.app(app)));
      if (placement === undefined) throw new Error(`${app} is not placed`);
      return placement;
    },
  };
}

/** Runs SQL in a database of a server, as its superuser. */
export async function inDatabase(
  [serverUrl, name]: readonly [server: string, database: string],
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const database = createDatabase({ url: databaseUrl(serverUrl, name), logger, max: 1 });
  try {
    return await database.query({ text, values });
  } finally {
    await database.close();
  }
}

/** All that moves of an app have left on the test run's server, other than the database that the app has. */
export async function leftOf(world: World, app: string, ids: readonly string[]): Promise<readonly string[]> {
  const { database } = await movesOf(world).place(app);
  const names = ids.map((id) => `rocket_${id.replaceAll('-', '')}_`);
  const slots = await inDatabase(
    [world.serverUrl, 'postgres'],
    `SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) n WHERE starts_with(slot_name, n))
     UNION ALL SELECT 'subscription ' || subname FROM pg_subscription WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) n WHERE starts_with(subname, n))
     UNION ALL SELECT 'database ' || datname FROM pg_database
       WHERE datname <> $2 AND (datname = $3 OR starts_with(datname, $3 || '-e'))`,
    [names, database, database.replace(/-e\d+$/, '')],
  );
  const publications = await inDatabase(
    [world.serverUrl, database],
    `SELECT 'publication ' || pubname FROM pg_publication`,
  );
  return [...slots, ...publications].map(([what]) => String(what));
}
