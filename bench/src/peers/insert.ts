/**
 * The floor of a write: Node's HTTP server and one prepared INSERT, which commits by itself. Nothing is checked but by the
 * table. Usage: DATABASE_URL=... PORT=... node insert.ts, then POST a ticket to /tickets
 */
import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { z } from 'zod';
import { peerSettings } from './peer-settings.ts';

const { databaseUrl, port, poolSize } = peerSettings();
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const Ticket = z.object({ title: z.string(), description: z.string(), customerId: z.string() });
const INSERT = `INSERT INTO tickets (title, description, customer_id, created_at, updated_at)
  VALUES ($1, $2, $3, now(), now()) RETURNING id, title`;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

async function insert(request: IncomingMessage): Promise<unknown> {
  const { title, description, customerId } = Ticket.parse(await readBody(request));
  const values = [title, description, customerId];
  const { rows } = await pool.query<[string, string]>({
    name: 'insert',
    text: INSERT,
    values,
    rowMode: 'array',
  });
  const [row] = rows;
  if (row === undefined) throw new Error('The INSERT returned no row');
  return { data: { createTicket: { ticket: { id: row[0], title: row[1] } } } };
}

const server = createServer(async (request, response) => {
  try {
    if (request.url !== '/tickets' || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const body = JSON.stringify(await insert(request));
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});
server.listen(port, '127.0.0.1');
