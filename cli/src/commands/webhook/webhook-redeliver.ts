import { type AppName, MAX_DELIVERY_IDS } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import { RedeliverWebhooksDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../../command-line.ts';
import { formatNumber } from '../../output/numbers.ts';
import { filterOf, type GivenDeliveries, kindOfChoice } from './deliveries-given.ts';

/** @throws WrongUsage when nothing is chosen; RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function redeliver(
  line: CommandLine,
  options: GivenDeliveries & { readonly app: AppName; readonly json?: boolean },
): Promise<void> {
  const { app, json } = options;
  const kind = kindOfChoice(options);
  const client = await connectAdmin(line);
  const ids = [...new Set(options.ids)];
  const redelivered =
    kind === 'ids' ? await redeliverIds(client, app, ids) : await redeliverFilter(client, options);
  printResult(line, {
    json,
    value: { redelivered },
    text: redeliveredText(redelivered, kind === 'ids' ? ids.length : redelivered),
  });
}

async function redeliverFilter(client: AdminClient, options: GivenDeliveries & { readonly app: AppName }) {
  const { app } = options;
  const filter = await filterOf(client, app, options);
  return (await client.send(RedeliverWebhooksDocument, { app, ids: null, filter })).redeliverWebhooks;
}

async function redeliverIds(client: AdminClient, app: AppName, ids: readonly string[]): Promise<number> {
  let count = 0;
  for (let at = 0; at < ids.length; at += MAX_DELIVERY_IDS) {
    const some = ids.slice(at, at + MAX_DELIVERY_IDS);
    count += (await client.send(RedeliverWebhooksDocument, { app, ids: some, filter: null }))
      .redeliverWebhooks;
  }
  return count;
}

/** @param asked as many as were named */
export function redeliveredText(count: number, asked: number): string {
  const rest = count === asked ? '' : '; the rest waits already, or is not kept';
  if (count === 0) return `Nothing is sent again${rest}.`;
  return `${count === 1 ? 'One delivery is' : `${formatNumber(count)} deliveries are`} sent again${rest}.`;
}
