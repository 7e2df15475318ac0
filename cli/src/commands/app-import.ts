import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { appName, parseDocumentText, RocketError, shardName } from '@rocket/schema';
import { connectAdmin } from '../admin/connect.ts';
import { ImportAppDocument } from '../admin/generated/operations.ts';
import { type CommandLine, printJson } from '../command-line.ts';
import { printImport } from '../output/import-report.ts';

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
  // Here first: only here broken JSON still has lines, and all faults show without a server.
  const parsed = parseDocumentText(source, name);
  if (!parsed.ok) {
    const message = `The document for app ${name} is refused, nothing was changed`;
    throw new RocketError('DOCUMENT_INVALID', message, { details: { faults: parsed.faults } });
  }
  const client = await connectAdmin(line);
  const document: unknown = JSON.parse(withoutByteOrderMark(source));
  const { importApp: result } = await client.send(ImportAppDocument, {
    name,
    document,
    ...(shard && { shard }),
  });
  if (options.json === true) printJson(line, result);
  else printImport(line, result);
}

async function readSource(line: CommandLine, file: string): Promise<string> {
  if (file === STANDARD_INPUT) return await text(line.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new RocketError('BAD_REQUEST', `Cannot read ${file}: ${reason}`, { cause });
  }
}

function withoutByteOrderMark(source: string): string {
  return source.startsWith('\uFEFF') ? source.slice(1) : source;
}
