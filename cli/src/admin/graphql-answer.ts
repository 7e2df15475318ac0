/** Answers of the server's GraphQL APIs, and the errors in them. */
import { isErrorCode, RocketError } from '@rocket/schema';
import { z } from 'zod';

const MAX_SHOWN_BODY_CHARS = 200;
/** What a load balancer answers while no gateway is there behind it. */
const BEFORE_THE_SERVER: ReadonlySet<number> = new Set([502, 503, 504]);

const GraphqlAnswer = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()).default({}) }))
    .optional(),
});

/** What came for an operation: data, errors, or both. */
export interface GraphqlResult {
  /** Undefined when there is none. */
  readonly data: unknown;
  readonly errors: readonly RocketError[];
}

/**
 * @param status of the HTTP answer
 * @param parse reads JSON
 * @throws RocketError when the text is no GraphQL answer
 */
export function readGraphqlAnswer(
  text: string,
  status: number,
  parse: (text: string) => unknown = JSON.parse,
): GraphqlResult {
  const parsed = GraphqlAnswer.safeParse(parsedOrUndefined(text, parse));
  if (!parsed.success) {
    throw new RocketError(
      BEFORE_THE_SERVER.has(status) ? 'NOT_READY' : 'INTERNAL_ERROR',
      `The server answered ${status} with something that is no GraphQL answer: ${text.slice(0, MAX_SHOWN_BODY_CHARS)}`,
    );
  }
  const { data, errors = [] } = parsed.data;
  return { data, errors: errors.map(({ message, extensions }) => toRocketError(message, extensions)) };
}

/** What a request that nobody took fails with. */
export function nothingAnswers(url: string, cause: unknown): RocketError {
  return new RocketError('NOT_READY', `Nothing answers at ${url}`, {
    cause,
    details: { hint: 'start it with `rocket start`, or set ROCKET_URL to where it runs' },
  });
}

function toRocketError(message: string, extensions: Record<string, unknown>): RocketError {
  const { code, ...details } = extensions;
  if (code === 'UNAUTHENTICATED') {
    return new RocketError(code, message, {
      details: { ...details, hint: 'the token may have expired: log in again and set ROCKET_TOKEN' },
    });
  }
  return new RocketError(isErrorCode(code) ? code : 'INTERNAL_ERROR', message, { details });
}

function parsedOrUndefined(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    // The schema refuses it.
    return undefined;
  }
}
