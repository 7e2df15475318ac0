import { RocketError } from '@rocket/schema';
import type { CommandLine } from '../command-line.ts';
import { readStandardInput, requireDecoded } from '../files.ts';
import { generatePassword } from '../process/generate-password.ts';

const PASSWORD_VARIABLE = 'ROCKET_NEW_PASSWORD';

/** Never takes it from an argument: arguments show in the list of processes and stay in the shell's history. */
export async function choosePassword(
  line: CommandLine,
  fromStdin: boolean,
): Promise<{ password: string; generated: boolean }> {
  if (fromStdin) {
    const [password = ''] = (await readStandardInput(line)).split(/\r?\n/, 1);
    if (password !== '') return { password, generated: false };
    throw new RocketError('BAD_REQUEST', 'Standard input has no password in its first line');
  }
  const given = line.environment[PASSWORD_VARIABLE] ?? '';
  requireDecoded(given, PASSWORD_VARIABLE);
  return given === ''
    ? { password: generatePassword(), generated: true }
    : { password: given, generated: false };
}
