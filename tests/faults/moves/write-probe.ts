/** Tries all the time to write to each database of the app, past the product: never must two of them take it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PooledDatabase } from '@rocket/platform';
import type { MoveInstallation, ShardKey } from './move-installation.ts';

const PAUSE_MS = 20;
/** Databases come and go with moves. */
const LOOK_EVERY = 5;
const MAX_WRONG = 5;
const KEYS: readonly ShardKey[] = ['s1', 's2'];
/** The fence is of statements, so one that finds nothing is refused too. */
const TRY = 'UPDATE labels SET counter = counter WHERE false';

interface Probed {
  readonly name: string;
  readonly database: PooledDatabase;
}

export class WriteProbe {
  readonly wrong: string[] = [];
  rounds = 0;
  readonly #installation: MoveInstallation;
  readonly #base: string;
  readonly #probed = new Map<string, Probed>();
  readonly #ended: Promise<void>;
  #isStopped = false;

  private constructor(installation: MoveInstallation, base: string) {
    this.#installation = installation;
    this.#base = base;
    this.#ended = this.#run();
  }

  static async start(installation: MoveInstallation): Promise<WriteProbe> {
    return new WriteProbe(installation, baseOf((await installation.place()).database));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
    await Promise.all([...this.#probed.values()].map(({ database }) => database.close()));
  }

  async #run(): Promise<void> {
    for (; !this.#isStopped; this.rounds += 1) {
      if (this.rounds % LOOK_EVERY === 0) await this.#look();
      await this.#probe();
      await sleep(PAUSE_MS);
    }
  }

  async #look(): Promise<void> {
    const places = await Promise.all(
      KEYS.map(async (shard) =>
        (await databasesOf(this.#installation, shard, this.#base)).map((name) => ({ shard, name })),
      ),
    );
    for (const { shard, name } of places.flat()) {
      const key = `${name} of ${shard}`;
      if (this.#probed.has(key)) continue;
      this.#probed.set(key, { name: key, database: this.#installation.open(shard, name) });
    }
  }

  /** One that takes writes before and after another one took some did so at the same time. */
  async #probe(): Promise<void> {
    const first = await this.#writable();
    if (first.length < 2) return;
    const again = new Set(await this.#writable());
    const twice = first.slice(0, -1).filter((name) => again.has(name));
    if (twice.length > 0 && this.wrong.length < MAX_WRONG)
      this.wrong.push(`at ${new Date().toISOString()} writes were taken by ${first.join(' and ')}`);
  }

  async #writable(): Promise<readonly string[]> {
    const names: string[] = [];
    for (const { name, database } of this.#probed.values()) {
      const takes = await database.query({ text: TRY, values: [] }).then(
        () => true,
        // It is fenced, or gone, or has no tables yet, or its server is down.
        () => false,
      );
      if (takes) names.push(name);
    }
    return names;
  }
}

/** Names of the app's databases on a shard; none while its server does not answer. */
export async function databasesOf(
  { postgres }: Pick<MoveInstallation, 'postgres'>,
  shard: ShardKey,
  base: string,
): Promise<readonly string[]> {
  const text = "SELECT datname FROM pg_database WHERE datname = $1 OR starts_with(datname, $1 || '-e')";
  const rows = await postgres[shard].query(text, [base]).catch(() => []);
  return rows.map(([name]) => String(name));
}

/** Of all databases of an app, whatever moves it has made. */
export function baseOf(database: string): string {
  return database.replace(/-e\d+$/, '');
}
