/** The only door of @rocket/cli. */
export type { CommandLine } from './command-line.ts';
export { runCli } from './run-cli.ts';
