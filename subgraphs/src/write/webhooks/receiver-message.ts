/** What the receiver of a webhook says to the caller whose write it refuses. */
import { z } from 'zod';

/** Code points. */
const MAX_LENGTH = 500;
/** Control characters, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

const Explained = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ error: z.string() }).transform(({ error }) => error),
]);

/** Null when the body is not JSON with a `message` or `error` that is a text. */
export function receiverMessage(body: string): string | null {
  const explained = Explained.safeParse(readJson(body));
  if (!explained.success) return null;
  const text = explained.data.replaceAll(UNPRINTABLE, '').trim();
  return text === '' ? null : [...text].slice(0, MAX_LENGTH).join('');
}

/** Null for what is not JSON, as an answer of which only the beginning was read. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
