/**
 * The floor of an answer that is kept: Node's HTTP server, which reads the request and sends bytes that it has. Usage:
 * ANSWERS=FILE PORT=... node same-bytes.ts, with the answers by path
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { z } from 'zod';

const { ANSWERS, PORT } = z.object({ ANSWERS: z.string(), PORT: z.coerce.number() }).parse(process.env);
const Answers = z.record(
  z.string(),
  z.object({ headers: z.array(z.tuple([z.string(), z.string()])), body: z.string() }),
);
export type SameBytes = z.infer<typeof Answers>;

const written = Answers.parse(JSON.parse(await readFile(ANSWERS, 'utf8')));
const answers = new Map(
  Object.entries(written).map(([path, { headers, body }]) => [
    path,
    { headers: headers.flat(), body: Buffer.from(body) },
  ]),
);

createServer((request, response) => {
  request.resume().on('end', () => {
    const answer = answers.get(request.url ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else response.writeHead(200, answer.headers).end(answer.body);
  });
}).listen(PORT, '127.0.0.1');
