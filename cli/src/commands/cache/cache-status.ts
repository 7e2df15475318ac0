import { connectAdmin } from '../../admin/connect.ts';
import { ShowCacheStatusDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatCacheStatus } from '../../output/cache-numbers.ts';

export async function showCacheStatus(line: CommandLine, options: { json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const { cacheStatus } = await client.send(ShowCacheStatusDocument, {});
  if (options.json === true) printJson(line, cacheStatus);
  else print(line, formatCacheStatus(cacheStatus));
}
