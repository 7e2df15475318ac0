import { parseJson, RocketError } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { ExplainCacheDocument, type ExplainedCaller } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson, WrongUsage } from '../../command-line.ts';
import { readNamedFile, readStandardInput } from '../../files.ts';
import { formatExplanation } from '../../output/explanation.ts';

export interface ExplainOptions {
  readonly file: string;
  readonly app?: string;
  readonly graph?: string;
  readonly variables?: string;
  readonly operation?: string;
  readonly public?: boolean;
  readonly role?: readonly string[];
  readonly user?: string;
  readonly email?: string;
  readonly accept: string;
  readonly json?: boolean;
}

const STANDARD_INPUT = '-';

/** @throws WrongUsage, RocketError `BAD_USER_INPUT` for what cannot be explained, such as a mutation */
export async function explainCache(line: CommandLine, options: ExplainOptions): Promise<void> {
  const { app = null, graph = null, operation = null, accept } = options;
  if ((app === null) === (graph === null)) {
    throw new WrongUsage('Give either --app or --graph');
  }
  const caller = callerOf(options);
  const variables = options.variables === undefined ? null : parseVariables(options.variables);
  const text =
    options.file === STANDARD_INPUT ? await readStandardInput(line) : await readNamedFile(options.file);
  // Editors end a file with a line feed, which clients do not send.
  const query = text.replace(/\r?\n$/, '');
  const client = await connectAdmin(line);
  const { cacheExplain } = await client.send(ExplainCacheDocument, {
    ...{ app, graph, query, variables, accept },
    operationName: operation,
    caller,
  });
  if (options.json === true) printJson(line, cacheExplain);
  else print(line, formatExplanation(cacheExplain));
}

/** Null for an administrator. */
function callerOf({ public: isPublic = false, role: roles = [], user, email }: ExplainOptions) {
  const isDescribed = roles.length > 0 || user !== undefined || email !== undefined;
  if (isPublic && isDescribed) {
    throw new WrongUsage(
      'Somebody who is not signed in has no role, id or e-mail: leave out --public, or these',
    );
  }
  if (!isPublic && !isDescribed) return null;
  return {
    public: isPublic,
    roles,
    userId: user ?? null,
    email: email ?? null,
  } satisfies ExplainedCaller;
}

function parseVariables(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new RocketError('BAD_REQUEST', '--variables is not JSON', { cause });
  }
}
