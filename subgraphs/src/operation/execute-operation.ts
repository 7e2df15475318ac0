/**
 * Runs one operation and forms its answer. This is the shard's masking boundary: no detail of SQL or code passes it.
 */
import type { Logger } from '@rocket/platform';
import {
  type AnswerFacts,
  builtInNumbers,
  type Lsn,
  parseJson,
  RocketError,
  type SubgraphAnswer,
  type WriteFacts,
} from '@rocket/schema';
import { type ExecutionResult, execute, type GraphQLError } from 'graphql';
import { answerQuery } from './answer-query.ts';
import type { PreparedDocument } from './prepared-operation.ts';
import { publicError, underlying } from './public-error.ts';
import type { RequestContext } from './request-context.ts';
import { type RootValue, shapedField } from './shaped-value.ts';

export interface OperationInput {
  readonly prepared: PreparedDocument;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
  readonly requestId: string;
  readonly logger: Logger;
}

export async function executeOperation(
  context: RequestContext,
  input: OperationInput,
): Promise<SubgraphAnswer> {
  const { prepared } = input;
  const operation = prepared.operation(input.operationName);
  const given = input.variables ?? {};
  const variables = operation === null ? given : builtInNumbers(context.schema, operation, given);
  const completed = (shared: RequestContext, root: RootValue) =>
    complete(shared, { ...input, variables }, root);
  if (operation?.operation === 'mutation' && (await context.isMoving())) throw new RocketError('WRONG_EPOCH');
  if (operation?.operation !== 'query') {
    const result = await completed(context, {});
    if (operation?.operation !== 'mutation') return valueAnswer(result);
    // Read after the commit, because the position of a commit is known only then.
    return { ...valueAnswer(result, await commitPosition(context)), facts: writeFacts(context) };
  }
  const answer = await answerQuery(context, prepared, { operation, variables });
  switch (answer.kind) {
    case 'json':
      return jsonAnswer(answer.json, answer.facts);
    case 'values':
      return valueAnswer(await completed({ ...context, failures: answer.failures }, answer.root));
    case 'variables':
      return valueAnswer(await completed(context, {}));
    default:
      return answer satisfies never;
  }
}

/** graphql-js over what was read: puts errors in their places, runs mutations, answers introspection. */
async function complete(
  context: RequestContext,
  input: OperationInput,
  rootValue: RootValue,
): Promise<ExecutionResult> {
  const result = await execute({
    schema: context.schema,
    document: input.prepared.document,
    rootValue,
    contextValue: context,
    variableValues: input.variables ?? {},
    operationName: input.operationName ?? null,
    fieldResolver: shapedField,
  });
  if (result.errors === undefined) return result;
  refuseMoved(context, result.errors);
  // Not a child logger per request: making one costs more than everything that most requests log.
  const { logger, requestId } = input;
  const errors = result.errors.map((error) =>
    publicError(error, (thrown) =>
      logger.error({ err: thrown, path: error.path, requestId }, 'a resolver failed'),
    ),
  );
  return { ...result, errors };
}

/**
 * A write that met the fence of a move has done nothing, so the operation can be made on the other shard, unless some of it
 * is committed already. @throws RocketError `WRONG_EPOCH`
 */
function refuseMoved({ committed }: RequestContext, errors: readonly GraphQLError[]): void {
  if (committed.length > 0) return;
  for (const error of errors) {
    const thrown = underlying(error);
    if (thrown instanceof RocketError && thrown.code === 'WRONG_EPOCH') throw thrown;
  }
}

/** Null when no reader could see an older state. */
async function commitPosition({ database }: RequestContext): Promise<Lsn | null> {
  return database.replicated ? await database.committed() : null;
}

/** Of all root fields, each of which is a transaction: what one of them has committed stays, whatever became of others. */
function writeFacts({ committed, wantsFacts }: RequestContext): WriteFacts | null {
  return wantsFacts === true ? { kind: 'write', events: [...committed] } : null;
}

function jsonAnswer(json: string, facts: AnswerFacts | null): SubgraphAnswer {
  return { hasErrors: false, lsn: null, facts, json: () => json, result: () => parsedResult(json) };
}

function parsedResult(json: string): ExecutionResult {
  // We made this text ourselves; it contains the values of the database, digit for digit.
  return parseJson(json) as ExecutionResult;
}

function valueAnswer(result: ExecutionResult, lsn: Lsn | null = null): SubgraphAnswer {
  return {
    hasErrors: result.errors !== undefined,
    lsn,
    facts: null,
    json: () => JSON.stringify(result),
    result: () => result,
  };
}
