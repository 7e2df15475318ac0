/** How the reader of a message can call this command from where they stand. */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';

/** The product's directory: there npm knows the command. */
const ROOT = join(import.meta.dirname, '../../..');
const PROGRAM = join(ROOT, 'cli/bin/rocket.js');
const LINK_NAME = 'rocket';

/** Of the user. */
interface Standpoint {
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
}

/**
 * `rocket` where it is linked, `npx rocket` in the product's directory, else the program by its path: npx elsewhere would
 * offer a package of that name that is not ours.
 */
export function callableForm({ environment, directory }: Standpoint): string {
  const searched = (environment['PATH'] ?? '').split(delimiter);
  if (searched.some(holdsLink)) return LINK_NAME;
  const path = relative(ROOT, directory);
  const isInside = path === '' || !(path === '..' || path.startsWith(`..${sep}`));
  return isInside ? `npx ${LINK_NAME}` : `node ${quoted(PROGRAM)}`;
}

/** Commands in a message for readers, written there as `rocket ...`, in the form that works for this one. */
export function withCallableForm(line: Standpoint, text: string): string {
  if (text.search(COMMANDS) < 0) return text;
  const form = callableForm(line);
  return text.replace(COMMANDS, (_, before: string) => `${before}${form} `);
}

/** In backticks, or at the beginning of an example of a help text. */
const COMMANDS = /(`|^ {2}(?:[A-Z_]+=\S+ )*)rocket (?=[a-z-])/gm;

/** Npm adds directories of its own to the path of what it runs; they are not there for the user's next command. */
function holdsLink(directory: string): boolean {
  if (directory === '' || dirname(directory).endsWith('node_modules')) return false;
  const link = join(directory, LINK_NAME);
  return existsSync(link) && realpathSync(link) === realpathSync(PROGRAM);
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
