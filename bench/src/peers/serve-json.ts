/** A hand-written HTTP server: a path for each question, JSON in and out, nothing else. */
import { createServer, type IncomingMessage } from 'node:http';

export type Answer = (body: unknown) => Promise<unknown>;

/** Answers POST with `{data}`; another path is 404, and an error 500. */
export function serveJson(port: number, answers: Readonly<Record<string, Answer>>): void {
  const server = createServer(async (request, response) => {
    try {
      const answer = answers[request.url ?? ''];
      if (answer === undefined || request.method !== 'POST') {
        response.writeHead(404).end();
        return;
      }
      const body = JSON.stringify({ data: await answer(await readBody(request)) });
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body);
    } catch (error) {
      console.error(error);
      response.writeHead(500).end();
    }
  });
  server.listen(port, '127.0.0.1');
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
