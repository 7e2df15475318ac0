/** Entry of the `rocket` command. */
import { readProcessEnvironment } from '@rocket/platform';
import { runCli } from './run-cli.ts';

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  environment: readProcessEnvironment(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
