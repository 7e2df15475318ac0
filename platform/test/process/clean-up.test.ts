import { expect, test } from 'vitest';
import { cleaningUp, cleanUpAfter, createLogger } from '../../src/index.ts';

const original = () => new Error('the disk is full');
const failing = async () => {
  throw new Error('the file cannot be removed');
};

function logged(err: unknown): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  logger.error({ err }, 'failed');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '{}').err;
}

test('what cleaning up fails with is logged with the error it came after, and is not its cause', async () => {
  const error = original();
  await cleanUpAfter(error, failing);
  await cleanUpAfter(error, () => {
    throw new Error('at once');
  });
  expect(error.cause).toBeUndefined();
  expect(logged(new Error('outer', { cause: error }))).toMatchObject({
    message: 'outer',
    cause: {
      message: 'the disk is full',
      stack: expect.stringContaining('clean-up.test'),
      suppressed: [
        { message: 'the file cannot be removed', stack: expect.stringContaining('clean-up.test') },
        { message: 'at once' },
      ],
    },
  });
});

test('an error that its own clean-up fails with again is told once', async () => {
  const error = original();
  await cleanUpAfter(error, () => Promise.reject(error));
  expect(logged(error)).not.toHaveProperty('suppressed');
});

test('what was thrown without being an error is told beside what cleaning up fails with', async () => {
  const both = await cleanUpAfter('a text', failing).catch((error: unknown) => error);
  expect(logged(both)).toMatchObject({ errors: ['a text', { message: 'the file cannot be removed' }] });
});

test('work is cleaned up after, and its own error is the one that is thrown', async () => {
  const error = original();
  let cleaned = 0;
  const cleanUp = async () => {
    cleaned += 1;
  };
  expect(await cleaningUp(async () => 'done', cleanUp)).toBe('done');
  await expect(cleaningUp(() => Promise.reject(error), cleanUp)).rejects.toBe(error);
  expect(cleaned).toBe(2);
  await expect(cleaningUp(() => Promise.reject(error), failing)).rejects.toBe(error);
  expect(logged(error)).toMatchObject({ suppressed: [{ message: 'the file cannot be removed' }] });
  await expect(cleaningUp(async () => 'done', failing)).rejects.toThrow('the file cannot be removed');
});
