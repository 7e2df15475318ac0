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
// Lost output may have been noticed already; a result that nobody got is no success.
process.exitCode ??= code;
