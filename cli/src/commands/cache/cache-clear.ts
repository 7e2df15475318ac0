import { connectAdmin } from '../../admin/connect.ts';
import { ClearCacheDocument, type ClearCacheMutation } from '../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../command-line.ts';
import { formatNumber } from '../../output/numbers.ts';

/** @throws RocketError `NOT_READY` when Redis was asked for and does not answer; `BAD_USER_INPUT` when the cache is off */
export async function clearCache(
  line: CommandLine,
  { shared = false, json }: { shared?: boolean; json?: boolean },
): Promise<void> {
  const client = await connectAdmin(line);
  const { clearCache: cleared } = await client.send(ClearCacheDocument, { shared });
  printResult(line, { json, value: cleared, text: describe(cleared, shared) });
}

function describe({ answers, shared }: ClearCacheMutation['clearCache'], isShared: boolean): string {
  const lines = [`Answers dropped from the memory of the gateway that answered: ${formatNumber(answers)}.`];
  if (shared !== null) {
    lines.push(`Values of all gateways dropped from Redis: ${formatNumber(shared)}.`);
  } else if (isShared) lines.push('There is no Redis that gateways share answers in.');
  lines.push('Other gateways keep what they have in memory.');
  return lines.join('\n');
}
