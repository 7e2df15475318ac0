import { INTERNAL_ANSWER_HEADERS, type Lsn, lsn, RocketError, type SubgraphAnswer } from '@rocket/schema';
import type { ExecutionResult } from 'graphql';
import { parseReply, type Reply, readExecution } from './shard-answers.ts';
import { unreachable } from './shard-unreachable.ts';

/**
 * The answer to an operation as it came over HTTP: kept as text, and parsed and checked only for those who look into it.
 * @throws ShardUnreachable for what is not JSON: something else answers at the shard's address
 */
export function readSubgraphAnswer(reply: Reply, target: string): SubgraphAnswer {
  if (!isJson(reply.headers['content-type'])) {
    throw unreachable(target, new Error(`answer of status ${reply.status} is not JSON`));
  }
  let parsed: ExecutionResult | undefined;
  return {
    hasErrors: reply.headers[INTERNAL_ANSWER_HEADERS.hasErrors] === '1',
    lsn: readLsn(reply.headers[INTERNAL_ANSWER_HEADERS.lsn]),
    json: () => reply.text,
    result: () => {
      parsed ??= readExecution(parseReply(reply, target));
      return parsed;
    },
  };
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.startsWith('application/json');
}

/** @throws RocketError `INTERNAL_ERROR` for a malformed position: it would be the shard's fault, not the caller's */
function readLsn(header: string | string[] | undefined): Lsn | null {
  if (header === undefined) return null;
  try {
    return lsn(String(header));
  } catch (cause) {
    throw new RocketError('INTERNAL_ERROR', undefined, { cause });
  }
}
