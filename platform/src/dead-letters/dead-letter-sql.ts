import type { Statement } from '../postgres/queryable.ts';
import {
  type DeadLetterFilter,
  type DeadLetterPage,
  MAX_DEAD_LETTERS,
  type NewDeadLetter,
} from './dead-letter-types.ts';

/** Everything but the payload. */
const HEAD = 'id, consumer, app, subject, position, cause, died_at';
const MATCHES = '($1::text IS NULL OR consumer = $1) AND ($2::text IS NULL OR app = $2)';

/**
 * Returns whether there is room, and the message is kept unless there is none. Several processes at once may keep a few
 * more than the bound.
 * @param message names the message among those of the consumer
 */
export function insertLetter(letter: Omit<NewDeadLetter, 'messageId'>, message: string): Statement {
  const { consumer, app, subject, payload, position, cause } = letter;
  return {
    text: `WITH room AS (
             SELECT count(*) < ${MAX_DEAD_LETTERS} OR EXISTS (
               SELECT FROM dead_letter WHERE consumer = $1 AND message = $2) AS free
             FROM dead_letter),
           kept AS (
             INSERT INTO dead_letter (consumer, message, app, subject, payload, position, cause)
             SELECT $1, $2, $3, $4, $5, $6, $7 FROM room WHERE free
             ON CONFLICT (consumer, message) DO NOTHING)
           SELECT free FROM room`,
    values: [consumer, message, app, subject, payload, position, cause],
  };
}

export function selectLetters(
  { consumer, app }: DeadLetterFilter,
  { first, after, limit }: DeadLetterPage,
): Statement {
  const [behind, order] = first === 'newest' ? ['<', 'DESC'] : ['>', 'ASC'];
  return {
    text: `SELECT ${HEAD} FROM dead_letter WHERE ${MATCHES} AND ($3::bigint IS NULL OR id ${behind} $3)
           ORDER BY id ${order} LIMIT $4`,
    values: [consumer, app, after, limit],
  };
}

export function selectLetter(id: string): Statement {
  return { text: `SELECT ${HEAD}, payload FROM dead_letter WHERE id = $1`, values: [id] };
}

export function countLetters({ consumer, app }: DeadLetterFilter): Statement {
  return { text: `SELECT count(*) FROM dead_letter WHERE ${MATCHES}`, values: [consumer, app] };
}

export function deleteLetters(ids: readonly string[]): Statement {
  return {
    text: `WITH gone AS (DELETE FROM dead_letter WHERE id = ANY ($1::bigint[]) RETURNING id)
           SELECT count(*) FROM gone`,
    values: [ids],
  };
}

export function deleteAllLetters({ consumer, app }: DeadLetterFilter): Statement {
  return {
    text: `WITH gone AS (DELETE FROM dead_letter WHERE ${MATCHES} RETURNING id) SELECT count(*) FROM gone`,
    values: [consumer, app],
  };
}
