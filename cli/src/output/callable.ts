/** How the reader of a message can call this command from their current directory. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';

/** The product's directory, in which `npx` finds the command. */
const ROOT = join(import.meta.dirname, '../../..');
const PROGRAM = join(ROOT, 'cli/bin/rocket.js');
const LINK_NAME = 'rocket';

/** Environment and current directory of the user. */
interface Standpoint {
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
}

/**
 * `rocket` where it is linked, `npx rocket` in the product's directory, else the program by its path: npx elsewhere
 * would offer a package of that name that is not ours.
 */
export function callableForm({ environment, directory }: Standpoint): string {
  const searched = (environment['PATH'] ?? '').split(delimiter);
  if (searched.some(holdsLink)) return LINK_NAME;
  const path = relative(ROOT, directory);
  const isInside = path === '' || !(path === '..' || path.startsWith(`..${sep}`));
  return isInside ? `npx ${LINK_NAME}` : `node ${quoted(PROGRAM)}`;
}

/** Replaces commands in a message, written as `rocket ...`, by the form that works for this reader. */
export function withCallableForm(line: Standpoint, text: string): string {
  if (text.search(COMMANDS) < 0) return text;
  const form = callableForm(line);
  return text.replace(COMMANDS, (_, before: string) => `${before}${form} `);
}

/** Commands in backticks, or at the start of an example in a help text. */
const COMMANDS = /(`|^ {2}(?:[A-Z_]+=\S+ )*)rocket (?=[a-z-])/gm;

/** npm adds directories of its own to the PATH of what it runs; the user's next command does not have them. */
function holdsLink(directory: string): boolean {
  if (directory === '' || dirname(directory).endsWith('node_modules')) return false;
  const link = join(directory, LINK_NAME);
  return existsSync(link) && realpathSync(link) === realpathSync(PROGRAM);
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
