/**
 * The first request of an operation is planned, later ones may pass to a subgraph unread, and caches stand between
 * them: whoever asks three times has to be told the same. All helpers of the suites that send queries send them through
 * here.
 */
import { isDeepStrictEqual } from 'node:util';
import { GraphQLError, OperationTypeNode, parse } from 'graphql';

const TIMES = 3;

/**
 * @param send sends the request once
 * @param compared the part of an answer that has to be the same; all of it unless told otherwise
 * @throws when an answer differs from the first
 */
export async function sameAnswer<T>(
  query: string,
  send: () => Promise<T>,
  compared: (answer: T) => unknown = (answer) => answer,
): Promise<T> {
  const first = await send();
  if (!mayRepeat(query)) return first;
  for (let time = 2; time <= TIMES; time++) {
    const again = await send();
    if (isDeepStrictEqual(compared(again), compared(first))) continue;
    const [then, now] = [first, again].map((answer) => JSON.stringify(compared(answer), null, 1));
    throw new Error(`Asked ${time} times, ${query} is answered with\n${now}\nafter\n${then}`);
  }
  return first;
}

/** A text that is not a document is refused, and has to be refused again. */
function mayRepeat(query: string): boolean {
  try {
    return parse(query).definitions.every(
      (node) => node.kind !== 'OperationDefinition' || node.operation === OperationTypeNode.QUERY,
    );
  } catch (error) {
    // A RangeError is one of documents that nest too deeply.
    if (error instanceof GraphQLError || error instanceof RangeError) return true;
    throw error;
  }
}
