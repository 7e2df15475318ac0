import { appName, RocketError } from '@rocket/schema';
import { z } from 'zod';
import type { Database, Row } from '../postgres/queryable.ts';
import { firstBytes, storableText } from '../postgres/storable-text.ts';
import {
  countLetters,
  deleteAllLetters,
  deleteLetters,
  insertLetter,
  selectLetter,
  selectLetters,
} from './dead-letter-sql.ts';
import {
  type DeadLetter,
  type DeadLetterHead,
  type DeadLetters,
  MAX_DEAD_LETTERS,
  MAX_LETTERS_PER_PAGE,
  type NewDeadLetter,
} from './dead-letter-types.ts';

const MAX_CAUSE_BYTES = 4_096;

const COLUMNS = [
  z.string(),
  z.string(),
  z.string().transform(appName).nullable(),
  z.string(),
  z.string().transform(Number),
  z.string(),
  z.string().transform((text) => new Date(text)),
] as const;
const HeadRow = z.tuple(COLUMNS);
const LetterRow = z.tuple([...COLUMNS, z.string()]);
const RoomRow = z.tuple([z.boolean()]);
const CountRow = z.tuple([z.string().transform(Number)]);

/** Kept in the catalog, which all processes reach. */
export function deadLetters(database: Database): DeadLetters {
  return {
    async add(letter) {
      const message = storableText(messageKey(letter));
      const [row] = await database.query(insertLetter(storableLetter(letter), message));
      if (!RoomRow.parse(row)[0]) throw full();
    },

    async list(filter, page) {
      const limit = Math.min(page.limit, MAX_LETTERS_PER_PAGE);
      const rows = await database.query(selectLetters(filter, { ...page, limit }));
      return rows.map(toHead);
    },

    async get(id) {
      const [row] = await database.query(selectLetter(id));
      return row === undefined ? null : toLetter(row);
    },

    count: async (filter) => countOf(await database.query(countLetters(filter))),
    drop: async (ids) => countOf(await database.query(deleteLetters(ids))),
    dropAll: async (filter) => countOf(await database.query(deleteAllLetters(filter))),
  };
}

/** Names a message among those of its consumer. */
function messageKey({ messageId, position, subject }: NewDeadLetter): string {
  return messageId === null ? `at ${position} ${subject}` : `id ${messageId}`;
}

/** A message must not fail to be put aside for what is in it. */
function storableLetter({ subject, payload, cause, ...letter }: NewDeadLetter) {
  return {
    ...letter,
    subject: storableText(subject),
    payload: storableText(payload),
    cause: storableText(firstBytes(cause, MAX_CAUSE_BYTES)),
  };
}

function toHead(row: Row): DeadLetterHead {
  const [id, consumer, app, subject, position, cause, diedAt] = HeadRow.parse(row);
  return { id, consumer, app, subject, position, cause, diedAt };
}

function toLetter(row: Row): DeadLetter {
  const [id, consumer, app, subject, position, cause, diedAt, payload] = LetterRow.parse(row);
  return { id, consumer, app, subject, position, cause, diedAt, payload };
}

function countOf([row]: readonly Row[]): number {
  return CountRow.parse(row)[0];
}

function full(): RocketError {
  return new RocketError('NOT_READY', `${MAX_DEAD_LETTERS} events that failed are kept, and no more can be`, {
    details: { hint: 'look at them with `rocket events dead list`, and replay or drop them' },
  });
}
