import { normalizeEmail } from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import type { AdminClient } from '../admin/client.ts';
import { connectAdmin } from '../admin/connect.ts';
import { ListPlatformUsersDocument, RemoveUserDocument } from '../admin/generated/operations.ts';
import { type CommandLine, printResult } from '../command-line.ts';
import { confirm } from '../output/confirm.ts';

export interface RemoveUserOptions {
  readonly email: string;
  readonly app?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws RocketError `CONFLICT` for the last platform user, `NOT_FOUND` */
export async function removeUser(line: CommandLine, options: RemoveUserOptions): Promise<void> {
  const { email } = options;
  const app = options.app === undefined ? null : appName(options.app);
  const client = await connectAdmin(line);
  if (app === null) await refuseLastUser(client, email);
  const place = app === null ? 'the platform' : `app ${app}`;
  const question = `User ${email} of ${place} will be gone for good; added again, he gets a new id.`;
  await confirm(line, question, options.yes);
  await client.send(RemoveUserDocument, { app, email });
  printResult(line, { json: options.json, value: { email, app, removed: true }, text: `${email} removed` });
}

/** Without one nobody could sign in any more, nor add one. */
async function refuseLastUser(client: AdminClient, email: string): Promise<void> {
  const { platformUsers } = await client.send(ListPlatformUsersDocument, {});
  const active = platformUsers.filter((user) => user.active);
  if (active.length > 1 || active[0]?.email !== normalizeEmail(email)) return;
  throw new RocketError('CONFLICT', `${email} is the last platform user: without him nobody could sign in`, {
    details: { hint: 'add another one first with `rocket user add EMAIL`' },
  });
}
