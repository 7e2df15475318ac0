/** Reads replies from a shard's address: an answer or refusal of the shard, or a reply of something else there. */
import { parseJson, RocketError, readRefusal, readSubgraphAnswer, type SubgraphAnswer } from '@rocket/schema';
import { mediaType } from '../http/media-type.ts';
import { ShardUnreachable, unreachable } from './shard-unreachable.ts';

/** An HTTP answer, read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** @throws ShardUnreachable for what is not JSON: something else answers at the shard's address */
export function parseReply({ status, text }: Reply, target: string): unknown {
  try {
    return text === '' ? null : parseJson(text);
  } catch (cause) {
    throw noJson(status, target, { cause });
  }
}

/**
 * The answer to an operation.
 * @throws ShardUnreachable for what is not JSON; `result()` throws it too
 */
export function readAnswer(reply: Reply, target: string): SubgraphAnswer {
  if (mediaType(reply.headers['content-type'])?.essence !== 'application/json')
    throw noJson(reply.status, target);
  return readSubgraphAnswer(reply, (text) => parseReply({ ...reply, text }, target));
}

function noJson(status: number, target: string, options?: ErrorOptions): ShardUnreachable {
  return unreachable(target, new Error(`answer of status ${status} is not JSON`, options));
}

/**
 * The error that a shard's refusal stands for. A gateway in front of a dead shard answers 502 to 504 without a code.
 */
export function refusalOf(reply: Reply, target: string): RocketError {
  const refusal = readRefusal(parseReply(reply, target));
  if (refusal !== null) return refusal;
  const cause = new Error(`answered with status ${reply.status} and no known error code`);
  if (reply.status >= 502)
    return new ShardUnreachable(`${target} does not answer`, { beforeSending: false, cause });
  return new RocketError('INTERNAL_ERROR', undefined, { cause });
}
