/** Writes notes at a bounded rate, and remembers what was acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation.ts';

const MAX_IN_FLIGHT = 24;
/** So many at once, so that they come by several connections, which lead to several processes. */
const BURST = 4;
/** Every so many writes change a note that is there. */
const UPDATE_EVERY = 3;

export interface Acknowledged {
  readonly id: string;
  readonly title: string;
}

export interface Writer {
  /** Of each note, all titles that were acknowledged. */
  readonly acknowledged: readonly Acknowledged[];
  /** Codes of the errors, with how often each came. */
  readonly refused: ReadonlyMap<string, number>;
  /** Resolves when the last write was answered. */
  stop(): Promise<void>;
}

let drawn = 0;

/** @returns the note when the write was acknowledged, else the code of its error */
export async function writeNote(
  { askApp }: Pick<Installation, 'askApp'>,
  { id, body = '' }: { id?: string; body?: string } = {},
): Promise<Acknowledged | string> {
  drawn += 1;
  const title = `n${drawn}`;
  const what =
    id === undefined
      ? 'createNote(input: { title: $title, body: $body })'
      : `updateNote(id: "${id}", patch: { title: $title, body: $body })`;
  const query = `mutation($title: String!, $body: String!) { it: ${what} { note { id } errors { code } } }`;
  const { data, errors } = await askApp('notes', query, { variables: { title, body }, once: true });
  const it = data?.['it'] as { note: { id: string } | null } | null | undefined;
  if (it?.note != null) return { id: it.note.id, title };
  return String(errors[0]?.extensions['code'] ?? 'NOTHING');
}

export function startWriter(installation: Installation, perSecond: number): Writer {
  const acknowledged: Acknowledged[] = [];
  const refused = new Map<string, number>();
  const running = new Set<Promise<void>>();
  let started = 0;
  let isStopped = false;

  async function write(): Promise<void> {
    started += 1;
    const known = started % UPDATE_EVERY === 0 ? acknowledged.at(-((started % 7) + 1)) : undefined;
    const answer = await writeNote(installation, known === undefined ? {} : { id: known.id });
    if (typeof answer === 'object') acknowledged.push(answer);
    else refused.set(answer, (refused.get(answer) ?? 0) + 1);
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      for (let one = 0; one < BURST && running.size < MAX_IN_FLIGHT; one += 1) {
        const writing = write().finally(() => running.delete(writing));
        running.add(writing);
      }
      await sleep((1_000 * BURST) / perSecond);
    }
    await Promise.all(running);
  }

  const ended = run();
  return {
    acknowledged,
    refused,
    stop() {
      isStopped = true;
      return ended;
    },
  };
}
