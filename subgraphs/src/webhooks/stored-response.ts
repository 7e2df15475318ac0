import { firstBytes, storableText } from '@rocket/platform';

const MAX_RESPONSE_BYTES = 4_096;

/** What is kept of the body of an answer: its beginning. */
export function storedResponse(body: string): string {
  return storableText(firstBytes(body, MAX_RESPONSE_BYTES));
}
