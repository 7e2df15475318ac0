/** A gateway in a process of its own, over a catalog that has the shop. */
import { ADMIN } from '../admin-api.ts';
import type { CleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { startProcess } from '../process.ts';
import { ROCKET } from './direct-shard.ts';

export const SHOP_APP = 'shop';
const METRICS_TOKEN = 'the token of the benchmark';

export interface Gateway {
  /** Of the shop's graph. */
  readonly url: string;
  readonly pid: number;
  /** Its measurements, as a scraper gets them. */
  metrics(): Promise<string>;
}

/** @param env beside what every gateway of a benchmark has */
export async function startGateway(
  cleanUp: CleanUp,
  env: Readonly<Record<string, string>>,
): Promise<Gateway> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: ROCKET,
    args: ['gateway'],
    env: {
      ROCKET_ADMIN_EMAIL: ADMIN.email,
      ROCKET_ADMIN_PASSWORD: ADMIN.password,
      ROCKET_LOG_LEVEL: 'error',
      ROCKET_METRICS_TOKEN: METRICS_TOKEN,
      PORT: new URL(url).port,
      HOST: '127.0.0.1',
      ...env,
    },
    readyUrl: `${url}/ready`,
  });
  cleanUp.push(started.stop);
  return { url: `${url}/apps/${SHOP_APP}/graphql`, pid: started.pid, metrics: () => readMetrics(url) };
}

async function readMetrics(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}/metrics answered ${response.status}`);
  return text;
}
