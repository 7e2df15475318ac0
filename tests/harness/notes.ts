/** A document of many notes, of which only their keys have an index. */
import { noteEntity } from './note-entity.ts';

const COUNT = 20_000;
const WORDS = ['Lorem', 'ipsum', 'dolor', 'sit', 'amet', 'consectetur', 'adipiscing'];

export function notesDocument(title: Readonly<Record<string, unknown>> = {}) {
  return {
    version: 1,
    entities: [
      noteEntity({ name: 'title', type: 'string', required: true, ...title }, { name: 'rank', type: 'int' }),
    ],
    sample_data: { note: Array.from({ length: COUNT }, (_, index) => noteOf(index)) },
  };
}

function noteOf(index: number) {
  const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  return { id, title: `${WORDS[index % WORDS.length]} ${index}`, rank: index % 100 };
}
