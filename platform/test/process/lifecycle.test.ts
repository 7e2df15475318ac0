import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Component, createLifecycle, createLogger } from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

function recorder() {
  const events: string[] = [];
  const component = (name: string, overrides: Partial<Component> = {}): Component => ({
    name,
    start: async () => {
      events.push(`start ${name}`);
    },
    stop: async () => {
      events.push(`stop ${name}`);
    },
    ...overrides,
  });
  return { events, component };
}

test('parts start in order and stop in reverse, once', async () => {
  const { events, component } = recorder();
  const lifecycle = createLifecycle(logger);
  for (const name of ['a', 'b', 'c']) lifecycle.add(component(name));
  await Promise.all([lifecycle.start(), lifecycle.start()]);
  expect(await Promise.all([lifecycle.stop(), lifecycle.stop()])).toEqual([0, 0]);
  expect(events).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  expect(() => lifecycle.add(component('d'))).toThrow('already begun');
});

test('a start that fails stops what was started, and rejects with its reason', async () => {
  const { events, component } = recorder();
  const failure = new Error('port taken');
  const lifecycle = createLifecycle(logger);
  lifecycle.add(component('a'));
  lifecycle.add(component('b', { start: () => Promise.reject(failure) }));
  lifecycle.add(component('c'));
  await expect(lifecycle.start()).rejects.toBe(failure);
  expect(events).toEqual(['start a', 'stop a']);
  expect(await lifecycle.stop()).toBe(0);
});

test('a start that takes too long counts as failed, and is stopped when it comes through', async () => {
  const { events, component } = recorder();
  let finish: () => void = () => undefined;
  const late = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const stopped = Promise.withResolvers<void>();
  const lifecycle = createLifecycle(logger);
  lifecycle.add(component('a'));
  lifecycle.add({ name: 'late', startTimeoutMs: 10, start: () => late, stop: async () => stopped.resolve() });
  expect(await codeOf(lifecycle.start())).toBe('DEADLINE_EXCEEDED');
  expect(events).toEqual(['start a', 'stop a']);
  finish();
  await stopped.promise;
});

test('a stop that fails or hangs does not keep the others running, and shows in the exit code', async () => {
  const { events, component } = recorder();
  const lifecycle = createLifecycle(logger);
  lifecycle.add(component('a'));
  lifecycle.add(component('hangs', { stop: () => new Promise(() => undefined), stopTimeoutMs: 10 }));
  lifecycle.add(component('fails', { stop: () => Promise.reject(new Error('no')) }));
  await lifecycle.start();
  expect(await lifecycle.stop()).toBe(1);
  expect(events.at(-1)).toBe('stop a');
});

test('a stop during the start waits for the part that is starting and starts no more', async () => {
  const { events, component } = recorder();
  const lifecycle = createLifecycle(logger);
  let stopping: Promise<number> | undefined;
  lifecycle.add(
    component('a', {
      start: async () => {
        events.push('start a');
        stopping = lifecycle.stop();
      },
    }),
  );
  lifecycle.add(component('b'));
  expect(await codeOf(lifecycle.start())).toBe('NOT_READY');
  expect(await stopping).toBe(0);
  expect(events).toEqual(['start a', 'stop a']);
});

test.each([
  { mode: 'quick', signals: ['SIGTERM'], exit: 0 },
  { mode: 'quick', signals: ['SIGINT'], exit: 0 },
  { mode: 'failing', signals: ['SIGTERM'], exit: 1 },
  { mode: 'slow', signals: ['SIGTERM', 'SIGINT'], exit: 130 },
  { mode: 'slow', signals: ['SIGINT', 'SIGTERM'], exit: 143 },
] as const)('$signals with a $mode stop exits with $exit', async ({ mode, signals, exit }) => {
  const script = fileURLToPath(new URL('../support/run-lifecycle.ts', import.meta.url));
  const child = spawn(process.execPath, [script, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('started');
  for (const signal of signals) {
    child.kill(signal);
    if (signal === signals[0]) expect((await lines.next()).value).toBe('stopping');
  }
  expect(await ended).toEqual([exit, null]);
});
