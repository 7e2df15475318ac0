/**
 * Starts an embedded server in a process of its own, prints its address as one line of JSON, and then lives until it
 * is killed (`wait`) or ends by itself without stopping the server (`exit`).
 */
import { createLogger, startEmbeddedPostgres } from '../../src/index.ts';

const [dataDir, ending] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('usage: start-embedded.ts DATA_DIR wait|exit');

const logger = createLogger({ level: 'silent', name: 'test' });
const { url, pid } = await startEmbeddedPostgres({ dataDir, durable: false, logger });
process.stdout.write(`${JSON.stringify({ url, pid })}\n`);
if (ending === 'wait') setInterval(() => undefined, 60_000);
