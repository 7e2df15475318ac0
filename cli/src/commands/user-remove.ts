import { appName } from '@rocket/schema';
import { connectAdmin } from '../admin/connect.ts';
import { RemoveUserDocument } from '../admin/generated/operations.ts';
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
  const place = app === null ? 'the platform' : `app ${app}`;
  const question = `User ${email} of ${place} will be gone for good; when added again, they get a new id.`;
  await confirm(line, question, options.yes);
  await client.send(RemoveUserDocument, { app, email });
  printResult(line, { json: options.json, value: { email, app, removed: true }, text: `${email} removed` });
}
