/** Entry of the `rocket` command. */
import { forgetPostgresVariables, readProcessEnvironment } from '@rocket/platform';
import { outliveClosedOutput } from './output/closed-output.ts';
import { EXIT_FAILED, runCli } from './run-cli.ts';

forgetPostgresVariables();
outliveClosedOutput(process, () => {
  process.exitCode = EXIT_FAILED;
});
const code = await runCli({
  argv: process.argv.slice(2),
  environment: readProcessEnvironment(),
  directory: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
// The exit code may already be set by lost output: a result that nobody received is no success.
process.exitCode ??= code;
