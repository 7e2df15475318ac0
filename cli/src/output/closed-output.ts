import { describeError } from './describe-error.ts';

/** The output streams of a command, whose errors come as events. */
interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * A reader that stops reading, as in `rocket app list | head -1`, is no fault of the command, which completes its work
 * without output. Ending at once would leave a change half done, and a server without an orderly stop.
 * @param onLost is called when text was lost for another reason, such as a full disk
 */
export function outliveClosedOutput({ stdout, stderr }: Output, onLost: () => void): void {
  stdout.on('error', (error) => {
    if (isClosedPipe(error)) return;
    stderr.write(`rocket: the output could not be written: ${describeError(error)}\n`);
    onLost();
  });
  stderr.on('error', (error) => {
    // It cannot be reported, because the output is what is broken.
    if (!isClosedPipe(error)) onLost();
  });
}

function isClosedPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
