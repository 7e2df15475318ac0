/** The call made for every fetch: a GraphQL operation, its signed context, and the subgraph's answer. */
import { type DocumentNode, type ExecutionResult, GraphQLError } from 'graphql';
import { z } from 'zod';
import { RocketError } from '../errors.ts';
import { type Lsn, lsn } from '../ids.ts';
import { type AnswerFacts, encodeFacts, readFactsText } from './answer-facts.ts';
import { readRequest } from './message.ts';

export const OPERATION_PATH = '/internal/graphql';

/** Headers with facts about the answer, so that a gateway can pass the text on without parsing it. */
export const INTERNAL_ANSWER_HEADERS = {
  /** `1` when there are `errors` in the answer. */
  hasErrors: 'x-rocket-has-errors',
  /** Position of the commit of what the operation wrote; absent when it wrote nothing. */
  lsn: 'x-rocket-lsn',
  /** How many characters at the end of the body are facts about the answer and do not belong to it; absent for none. */
  facts: 'x-rocket-facts',
} as const;

const request = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

const execution = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

export interface SubgraphOperation {
  readonly query: string;
  /** Set only for calls within one process, to avoid parsing the text again. */
  readonly document?: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

/**
 * The answer of a subgraph. It is made as text and often passed on as text, and parsed only when a value is needed.
 */
export interface SubgraphAnswer {
  /** There are `errors` in it. */
  readonly hasErrors: boolean;
  /** Position of the commit of what this operation wrote, for reading one's own writes; null when it wrote nothing. */
  readonly lsn: Lsn | null;
  /** Null when they were not asked for, or cannot be told of this answer. */
  readonly facts: AnswerFacts | null;
  /** JSON of `{data, errors}`. */
  json(): string;
  result(): ExecutionResult;
}

/** JSON. */
export function encodeOperation({ query, variables, operationName }: SubgraphOperation): string {
  return JSON.stringify({ query, variables, operationName });
}

/** @throws RocketError `BAD_REQUEST` */
export function readOperation(body: unknown): SubgraphOperation {
  const { query, variables, operationName } = readRequest(request, body);
  return {
    query,
    ...(variables === null || variables === undefined ? {} : { variables }),
    ...(operationName === null || operationName === undefined ? {} : { operationName }),
  };
}

/** The headers hold what a gateway must know before it decides whether to parse the body. */
export function encodeSubgraphAnswer(answer: SubgraphAnswer): {
  headers: Record<string, string>;
  body: string;
} {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (answer.hasErrors) headers[INTERNAL_ANSWER_HEADERS.hasErrors] = '1';
  if (answer.lsn !== null) headers[INTERNAL_ANSWER_HEADERS.lsn] = answer.lsn;
  if (answer.facts === null) return { headers, body: answer.json() };
  const facts = encodeFacts(answer.facts);
  headers[INTERNAL_ANSWER_HEADERS.facts] = String(facts.length);
  return { headers, body: answer.json() + facts };
}

type Header = string | string[] | undefined;

export interface SubgraphReply {
  readonly headers: Readonly<Record<string, Header>>;
  readonly text: string;
}

/**
 * Reads a received answer. It is kept as text, and parsed and checked only when `result()` is called.
 * @param parse makes the value of the text; its errors are those of `result()`
 * @throws RocketError `INTERNAL_ERROR` for a malformed position: it would be the shard's fault, not the caller's
 */
export function readSubgraphAnswer(
  { headers, text: body }: SubgraphReply,
  parse: (text: string) => unknown,
): SubgraphAnswer {
  let result: ExecutionResult | undefined;
  const factsLength = Number(headers[INTERNAL_ANSWER_HEADERS.facts] ?? 0);
  const end = body.length - factsLength;
  const text = factsLength > 0 ? body.slice(0, end) : body;
  return {
    hasErrors: headers[INTERNAL_ANSWER_HEADERS.hasErrors] === '1',
    lsn: readLsn(headers[INTERNAL_ANSWER_HEADERS.lsn]),
    facts: factsLength > 0 ? readFactsText(body.slice(end)) : null,
    json: () => text,
    result: () => {
      result ??= readExecution(parse(text));
      return result;
    },
  };
}

function readLsn(header: Header): Lsn | null {
  if (header === undefined) return null;
  try {
    return lsn(String(header));
  } catch (cause) {
    throw new RocketError('INTERNAL_ERROR', undefined, { cause });
  }
}

/** The data itself was made by the shard's own executor and is checked against the schema by the gateway's. */
function readExecution(body: unknown): ExecutionResult {
  const { data, errors } = execution.parse(body);
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map(
            ({ message, path, extensions }) =>
              new GraphQLError(message, { path: path ?? null, extensions: extensions ?? {} }),
          ),
        }),
  };
}
