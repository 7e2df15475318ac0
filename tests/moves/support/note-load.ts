/** Writers and a reader of an app of notes, over HTTP, and what they were told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { noteEntity } from '../../harness/note-entity.ts';
import { fieldOf, type World } from '../../harness/world.ts';

export const NOTES = {
  version: 1,
  entities: [
    noteEntity({ name: 'title', type: 'string', required: true }, { name: 'rank', type: 'integer' }),
  ],
};

const PAUSE_MS = 3;
/** Every so many writes a row goes away again. */
const REMOVE_EVERY = 7;
const PAGE = 200;

export interface NoteLoad {
  /** By id, the titles of all rows whose last write was answered. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Whatever was answered with an error, or not at all. */
  readonly failures: readonly string[];
  readonly reads: number;
  /** Ends when everything is answered. */
  stop(): Promise<void>;
}

interface Payload {
  readonly note: { readonly id: string; readonly title: string } | null;
  readonly errors: readonly unknown[];
}

export function startLoad(world: World, app: string, writers = 4): NoteLoad {
  const acknowledged = new Map<string, string>();
  const failures: string[] = [];
  let isStopping = false;
  let reads = 0;
  const write = async (mutation: string): Promise<Payload> => {
    const answer = await world.askApp(app, `mutation { it: ${mutation} }`, { once: true });
    const payload = fieldOf<Payload>(answer, 'it');
    if (payload.errors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(payload.errors)}`);
    return payload;
  };
  const writeRow = async (title: string, at: number): Promise<void> => {
    const { note } = await write(`createNote(input: { title: "${title}", rank: ${at} }) { ${PAYLOAD} }`);
    if (note === null) throw new Error(`${title} has no answer`);
    acknowledged.set(note.id, title);
    await write(`updateNote(id: "${note.id}", patch: { title: "${title}+" }) { ${PAYLOAD} }`);
    acknowledged.set(note.id, `${title}+`);
    if (at % REMOVE_EVERY !== 0) return;
    await write(`deleteNote(id: "${note.id}") { ${PAYLOAD} }`);
    acknowledged.delete(note.id);
  };
  const readRow = async (): Promise<void> => {
    const [known] = acknowledged.keys();
    // The first row that is never removed is there in every answer from now on.
    const query =
      known === undefined ? '{ note: notes(limit: 1) { id } }' : `{ note(id: "${known}") { id } }`;
    const answer = await world.askApp(app, query, { once: true });
    if (answer.errors.length > 0 || (answer.data?.['note'] === null && acknowledged.has(known ?? '')))
      throw new Error(`${query}: ${JSON.stringify(answer)}`);
    reads += 1;
  };
  const loop = async (work: (at: number) => Promise<void>): Promise<void> => {
    for (let at = 1; !isStopping; at += 1) {
      await work(at).catch((error: unknown) => failures.push(String(error)));
      await sleep(PAUSE_MS);
    }
  };
  const all = [
    ...Array.from({ length: writers }, (_, writer) => loop((at) => writeRow(`${writer}.${at}`, at))),
    loop(readRow),
  ];
  return {
    acknowledged,
    failures,
    get reads() {
      return reads;
    },
    async stop() {
      isStopping = true;
      await Promise.all(all);
    },
  };
}

const PAYLOAD = 'note { id title } errors { code message }';

/** By id, the titles of all rows. */
export async function notesOf(world: World, app: string): Promise<ReadonlyMap<string, string>> {
  const notes = new Map<string, string>();
  for (;;) {
    const query = `{ notes(limit: ${PAGE}, offset: ${notes.size}, orderBy: [{ id: ASC }]) { id title } }`;
    const page = fieldOf<{ id: string; title: string }[]>(
      await world.askApp(app, query, { once: true }),
      'notes',
    );
    for (const { id, title } of page) notes.set(id, title);
    if (page.length < PAGE) return notes;
  }
}
