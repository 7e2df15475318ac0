import { createDatabase, createLogger, databaseUrl, type Row } from '@rocket/platform';
import type { DirectApp } from '../sides/install-app.ts';

export interface ConnectionCounts {
  readonly busy: number;
  readonly idle: number;
}

/** Connections to the databases of busy and of idle apps, as the server sees them. */
export async function countConnections(
  postgresUrl: string,
  apps: { busy: readonly DirectApp[]; idle: readonly DirectApp[] },
): Promise<ConnectionCounts> {
  const logger = createLogger({ level: 'error', name: 'bench' });
  const database = createDatabase({ url: databaseUrl(postgresUrl, 'postgres'), logger, max: 1 });
  try {
    const rows = await database.query({
      text: 'SELECT datname, count(*)::int FROM pg_stat_activity WHERE datname IS NOT NULL GROUP BY datname',
      values: [],
    });
    return { busy: countIn(rows, apps.busy), idle: countIn(rows, apps.idle) };
  } finally {
    await database.close();
  }
}

function countIn(rows: readonly Row[], apps: readonly DirectApp[]): number {
  const names = new Set(apps.map(({ app }) => `rocket_${app}`));
  return rows.reduce((sum, [name, count]) => (names.has(String(name)) ? sum + Number(count) : sum), 0);
}
