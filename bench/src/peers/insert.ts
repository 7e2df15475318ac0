/**
 * The floor of a write: Node's HTTP server and one prepared INSERT, which commits by itself. Nothing is checked but by the
 * table. Usage: DATABASE_URL=... PORT=... node insert.ts, then POST a ticket to /tickets
 */
import pg from 'pg';
import { z } from 'zod';
import { peerSettings } from './peer-settings.ts';
import { serveJson } from './serve-json.ts';

const { databaseUrl, port, poolSize } = peerSettings();
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });
const Ticket = z.object({ title: z.string(), description: z.string(), customerId: z.string() });
const INSERT = `INSERT INTO tickets (title, description, customer_id, created_at, updated_at)
  VALUES ($1, $2, $3, now(), now()) RETURNING id, title`;

serveJson(port, {
  '/tickets': async (body) => {
    const { title, description, customerId } = Ticket.parse(body);
    const values = [title, description, customerId];
    const { rows } = await pool.query<[string, string]>({
      name: 'insert',
      text: INSERT,
      values,
      rowMode: 'array',
    });
    const [row] = rows;
    if (row === undefined) throw new Error('The INSERT returned no row');
    return { createTicket: { ticket: { id: row[0], title: row[1] } } };
  },
});
