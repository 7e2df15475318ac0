import {
  type AppName,
  appName,
  parseDocumentText,
  parseJson,
  RocketError,
  type ShardName,
  shardName,
} from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import { ImportAppDocument, type ImportAppMutation } from '../../admin/generated/operations.ts';
import { type CommandLine, printJson } from '../../command-line.ts';
import { readNamedFile, readStandardInput } from '../../files.ts';
import { faultsOf, type ShownFault } from '../../output/faults.ts';
import { printImport } from '../../output/import-report.ts';

const STANDARD_INPUT = '-';

export interface ImportOptions {
  readonly name: string;
  readonly file: string;
  readonly shard?: string;
  readonly json?: boolean;
}

/** @throws RocketError `DOCUMENT_INVALID` with every fault */
export async function importApp(line: CommandLine, options: ImportOptions): Promise<void> {
  const name = appName(options.name);
  const shard = options.shard === undefined ? undefined : shardName(options.shard);
  const source = await readSource(line, options.file);
  // Checked here first: only here broken JSON still has line numbers, and all faults show without a server.
  const parsed = parseDocumentText(source, name);
  if (!parsed.ok) throw refusal(name, parsed.faults);
  const client = await connectAdmin(line);
  const document = parseJson(withoutByteOrderMark(source));
  const result = await send(client, { name, document, ...(shard && { shard }) });
  if (options.json === true) printJson(line, result);
  else printImport(line, result);
}

/**
 * Faults that only the server can find, such as an entity that another app does not export, are reported like those
 * found here.
 */
async function send(
  client: AdminClient,
  variables: { name: AppName; document: unknown; shard?: ShardName },
): Promise<ImportAppMutation['importApp']> {
  try {
    return (await client.send(ImportAppDocument, variables)).importApp;
  } catch (error) {
    const isRefusal = error instanceof RocketError && error.code === 'DOCUMENT_INVALID';
    const faults = isRefusal ? faultsOf(error.details) : [];
    throw faults.length === 0 ? error : refusal(variables.name, faults, error);
  }
}

/** The faults are listed after the message, so it names none. */
function refusal(name: AppName, faults: readonly ShownFault[], cause?: unknown): RocketError {
  const message = `The document for app ${name} is refused, nothing was changed`;
  return new RocketError('DOCUMENT_INVALID', message, { cause, details: { faults } });
}

async function readSource(line: CommandLine, file: string): Promise<string> {
  if (file === STANDARD_INPUT) return await readStandardInput(line);
  return await readNamedFile(file);
}

function withoutByteOrderMark(source: string): string {
  return source.startsWith('\uFEFF') ? source.slice(1) : source;
}
