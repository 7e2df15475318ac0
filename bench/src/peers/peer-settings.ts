/** What every peer is started with. The product is given the same number of connections. */
import { z } from 'zod';

const Settings = z.object({
  DATABASE_URL: z.string(),
  PORT: z.coerce.number(),
  POOL_SIZE: z.coerce.number().default(10),
});

export interface PeerSettings {
  readonly databaseUrl: string;
  readonly port: number;
  readonly poolSize: number;
}

export function peerSettings(): PeerSettings {
  const { DATABASE_URL, PORT, POOL_SIZE } = Settings.parse(process.env);
  return { databaseUrl: DATABASE_URL, port: PORT, poolSize: POOL_SIZE };
}
