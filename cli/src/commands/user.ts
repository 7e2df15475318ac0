import { appName } from '@rocket/schema';
import type { Command } from 'commander';
import { connectAdmin } from '../admin/connect.ts';
import {
  AddUserDocument,
  ListAppUsersDocument,
  ListPlatformUsersDocument,
} from '../admin/generated/operations.ts';
import { type CommandLine, print, printJson, remark } from '../command-line.ts';
import { formatTable } from '../output/table.ts';
import { choosePassword } from './new-password.ts';
import { type RemoveUserOptions, removeUser } from './user-remove.ts';

const ADD_HELP = `
Examples:
  rocket user add ann@example.com                                       an administrator of the platform
  rocket user add --app crm bob@example.com --role sales --role crm_user
  rocket user add --app crm eve@example.com --role helpdesk:agent       a role in another app
  echo "$SECRET" | rocket user add --app crm joe@example.com --password-stdin

Without --password-stdin and ROCKET_NEW_PASSWORD a password is made and printed once.`;

interface AddOptions {
  readonly app?: string;
  readonly role?: readonly string[];
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
}

/** \`rocket user ...\` */
export function addUserCommands(program: Command, line: CommandLine): void {
  const user = program.command('user').description('Manage users of an app, or of the platform');
  user
    .command('add')
    .description('add a user to an app, or an administrator of the platform without --app')
    .argument('<email>')
    .option('--app <app>', 'the app the user belongs to')
    .option('--role <role>', 'a role; repeat for several, app:role for another app', collect)
    .option('--password-stdin', 'read the password from the first line of standard input')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', ADD_HELP)
    .action((email: string, options: AddOptions) => addUser(line, email, options));
  user
    .command('list')
    .description('list the users of an app, or the administrators of the platform')
    .option('--app <app>')
    .option('--json', 'print the list as JSON')
    .action((options: { app?: string; json?: boolean }) => listUsers(line, options));
  user
    .command('remove')
    .description('remove a user; sessions end at once, access tokens within seconds')
    .argument('<email>')
    .option('--app <app>')
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action((email: string, options: Omit<RemoveUserOptions, 'email'>) =>
      removeUser(line, { email, ...options }),
    );
}

function collect(value: string, former: readonly string[] = []): readonly string[] {
  return [...former, value];
}

async function addUser(line: CommandLine, email: string, options: AddOptions): Promise<void> {
  const app = options.app === undefined ? null : appName(options.app);
  const { password, generated } = await choosePassword(line, options.passwordStdin === true);
  const client = await connectAdmin(line);
  const given = { app, email, password, roles: options.role ?? [] };
  const { addUser: user } = await client.send(AddUserDocument, given);
  if (options.json === true) {
    printJson(line, { ...user, app, ...(generated ? { password } : {}) });
    return;
  }
  const roles = user.roles.length === 0 ? '' : ` with roles ${user.roles.join(', ')}`;
  print(line, `${user.email} added to ${app === null ? 'the platform' : `app ${app}`}${roles}`);
  print(line, `Id: ${user.id}`);
  if (!generated) return;
  print(line, `Password: ${password}`);
  remark(line, 'It is not stored anywhere and will not be shown again.');
}

async function listUsers(line: CommandLine, options: { app?: string; json?: boolean }): Promise<void> {
  const client = await connectAdmin(line);
  const users = await readUsers(client, options.app);
  if (options.json === true) {
    printJson(line, users);
    return;
  }
  const rows = users.map(({ id, email, active, roles }) => [
    email,
    active ? 'yes' : 'no',
    roles.join(', ') || '-',
    id,
  ]);
  print(
    line,
    formatTable(['E-MAIL', 'ACTIVE', 'ROLES', 'ID'], rows, 'No users yet: add one with `rocket user add`.'),
  );
}

type Client = Awaited<ReturnType<typeof connectAdmin>>;

async function readUsers(client: Client, app: string | undefined) {
  if (app !== undefined) return (await client.send(ListAppUsersDocument, { app: appName(app) })).appUsers;
  const { platformUsers } = await client.send(ListPlatformUsersDocument, {});
  return platformUsers.map((user) => ({ ...user, roles: ['platform administrator'] }));
}
