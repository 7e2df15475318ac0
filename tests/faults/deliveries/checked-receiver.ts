/** A receiver that notes what came to it, and is slow or fails now and then. */
import type { RequestListener } from 'node:http';
import { type Chance, seededChance } from '../support/checked/seeded-random.ts';

/** Of requests: how many take longer than a worker holds an event for, and how many fail. */
const SLOW = 0.01;
const SLOW_MS = 1_500;
const MAX_MS = 20;

interface Told {
  readonly record: { readonly id: string; readonly title: string };
  readonly action: string;
  readonly idempotency_key: string;
}

export class CheckedReceiver {
  /** By path and idempotency key: the ids that it came with. */
  readonly ids = new Map<string, Set<string>>();
  /** By path and action: the titles of the records. */
  readonly titles = new Map<string, Set<string>>();
  requests = 0;
  /** Paths that are answered with 503, and requests that were. */
  readonly refuses = new Set<string>();
  readonly #chance: Chance;

  constructor(seed: number) {
    this.#chance = seededChance(seed);
  }

  readonly receive: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '' } = request;
      const ms = this.#chance.isIn(SLOW) ? SLOW_MS : this.#chance.next() * MAX_MS;
      setTimeout(() => {
        if (!this.refuses.has(path)) {
          // A worker that was killed meanwhile does not hear the answer, and sends it again.
          this.#note(path, String(request.headers['webhook-id']), Buffer.concat(chunks).toString());
          response.writeHead(204).end();
        } else response.writeHead(503).end();
      }, ms);
    });
  };

  #note(path: string, id: string, body: string): void {
    const { record, action, idempotency_key: key }: Told = JSON.parse(body);
    this.requests += 1;
    add(this.ids, `${path} ${key}`, id);
    add(this.titles, `${path} ${action}`, record.title);
  }
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const known = sets.get(key) ?? new Set();
  known.add(value);
  sets.set(key, known);
}
