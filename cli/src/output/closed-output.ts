import { describeError } from './describe-error.ts';

/** What takes the text of a command, and whose errors come as events. */
interface Output {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * A reader that has seen enough, as in `rocket app list | head -1`, is no fault of the command: it does its work to the
 * end without being heard. Ending at once would leave a changing command half done, and a server without its order.
 * @param onLost is called when text was lost for another reason, such as a full disk
 */
export function outliveClosedOutput({ stdout, stderr }: Output, onLost: () => void): void {
  stdout.on('error', (error) => {
    if (isClosedPipe(error)) return;
    stderr.write(`rocket: the output could not be written: ${describeError(error)}\n`);
    onLost();
  });
  stderr.on('error', (error) => {
    // Where it would be told is what is broken.
    if (!isClosedPipe(error)) onLost();
  });
}

function isClosedPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
