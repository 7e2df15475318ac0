/**
 * A ticket of the example app `helpdesk` is created: by the product, which holds it to the rules and the state machine of
 * the document and stores an event with it; and by a server that does nothing but insert the row. Both wait for the commit.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUrl } from '@rocket/platform';
import { ADMIN, importApp, signIn } from '../admin-api.ts';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { type CompareOptions, compare } from '../measure/compare.ts';
import type { Target } from '../measure/load.ts';
import type { Comparison } from '../measure/report.ts';
import { startProcess } from '../process.ts';
import { startBenchPostgres } from '../shop/bench-postgres.ts';
import { POOL_SIZE } from '../shop/shop-sides.ts';
import { startProduct } from '../sides/rocket-graph.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PEER = 'bare INSERT';
/** `helpdesk` refers to customers of `crm`. */
const APPS = ['crm', 'helpdesk'] as const;
const EXAMPLES = join(import.meta.dirname, '../../../examples');
const MUTATION =
  'mutation Create($input: TicketCreateInput!) { createTicket(input: $input) { ticket { id title } } }';

export async function writes(options: CompareOptions): Promise<Comparison> {
  return await withCleanUp(async (cleanUp) => {
    const targets = await prepare(cleanUp);
    const title = 'One ticket is created, with its rules and its event';
    return await compare({ name: 'writes', title, targets, base: PEER, isFirst: true }, options);
  });
}

async function prepare(cleanUp: CleanUp): Promise<readonly Target[]> {
  // Durable: what a commit costs is a part of what is compared.
  const postgres = await startBenchPostgres(cleanUp, { durable: true });
  const dataDir = await temporaryFolder(cleanUp);
  const options = { postgresUrl: postgres.url, dataDir, poolSize: POOL_SIZE, cache: true };
  const product = await startProduct(cleanUp, options);
  const token = await signIn(product.url, ADMIN);
  for (const name of APPS) {
    const document: unknown = JSON.parse(await readFile(join(EXAMPLES, `${name}.json`), 'utf8'));
    await importApp({ url: product.url, token }, name, document);
  }
  const authorization = { authorization: `Bearer ${token}` };
  const ours: Target = {
    name: 'Rocket Graph',
    url: `${product.url}/apps/helpdesk/graphql`,
    pid: product.pid,
    postgresPid: postgres.pid,
    headers: () => authorization,
    body: () => JSON.stringify({ query: MUTATION, variables: { input: ticket() } }),
  };
  const peer: Target = {
    name: PEER,
    ...(await startPeer(cleanUp, databaseUrl(postgres.url, 'rocket_helpdesk'))),
    postgresPid: postgres.pid,
    headers: () => ({}),
    body: () => JSON.stringify(ticket()),
  };
  return [ours, peer];
}

function ticket() {
  return {
    title: 'The parcel has not arrived',
    description: 'It was sent a week ago, and its track ends in the first town.',
    customerId: randomUUID(),
  };
}

async function startPeer(cleanUp: CleanUp, database: string): Promise<{ url: string; pid: number }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const started = await startProcess({
    file: join(import.meta.dirname, '../peers/insert.ts'),
    args: [],
    env: { DATABASE_URL: database, PORT: new URL(url).port, POOL_SIZE: String(POOL_SIZE) },
    readyUrl: url,
  });
  cleanUp.push(started.stop);
  return { url: `${url}/tickets`, pid: started.pid };
}
