import { type CommandLine, configOf } from '../command-line.ts';
import { type AdminClient, createAdminClient } from './client.ts';
import { requireConnection } from './connection.ts';

/** Client of the server that the environment or the data directory names. @throws RocketError when there is none */
export async function connectAdmin(line: CommandLine): Promise<AdminClient> {
  return createAdminClient(await requireConnection(configOf(line)));
}
