import { expect, test } from 'vitest';
import { type CatalogSnapshot, createLogger, followCatalog } from '../../src/index.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

function snapshotOf(version: number): CatalogSnapshot {
  return {
    version,
    apps: new Map(),
    graphs: new Map(),
    revokedUsers: new Map(),
    shardMap: { placements: new Map(), shards: new Map() },
  };
}

/** A view of version 1, of a catalog whose watch notifies, and whose later readings end, when the test says so. */
async function followed() {
  const readings: PromiseWithResolvers<CatalogSnapshot>[] = [];
  const watch = { notify: (_: CatalogSnapshot): void => undefined, stopped: 0 };
  let isOpen = false;
  const view = await followCatalog(
    {
      snapshot() {
        if (!isOpen) {
          isOpen = true;
          return Promise.resolve(snapshotOf(1));
        }
        const reading = Promise.withResolvers<CatalogSnapshot>();
        readings.push(reading);
        return reading.promise;
      },
      watch(listener) {
        watch.notify = listener;
        return async () => {
          watch.stopped += 1;
        };
      },
    },
    logger,
  );
  const versions: number[] = [];
  const stop = view.onChange(({ version }) => versions.push(version));
  return {
    view,
    versions,
    stop,
    stopped: () => watch.stopped,
    notify: (version: number) => watch.notify(snapshotOf(version)),
    readings: () => readings.length,
    /** Ends the reading that began last. */
    read: async (version: number) => {
      readings.at(-1)?.resolve(snapshotOf(version));
      await new Promise((resolve) => setImmediate(resolve));
    },
    fail: async (error: Error) => {
      readings.at(-1)?.reject(error);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('an older reading never replaces a newer one, and is answered by the newer', async () => {
  const { view, versions, notify, read } = await followed();
  const refreshed = view.refresh();
  notify(3);
  await read(2);
  expect((await refreshed).version).toBe(3);
  notify(2);
  notify(3);
  expect(view.current.version).toBe(3);
  notify(4);
  expect(view.current.version).toBe(4);
  expect(versions).toEqual([3, 4]);
});

test('a listener that fails keeps nobody else from hearing, nor from asking', async () => {
  const { view, notify } = await followed();
  const heard: number[] = [];
  view.onChange(() => {
    throw new Error('a listener that fails');
  });
  view.onChange(({ version }) => heard.push(version));
  notify(2);
  notify(3);
  expect(heard).toEqual([2, 3]);
  expect(view.current.version).toBe(3);
});

test('who asks while a reading is under way shares the one after it', async () => {
  const { view, readings, read } = await followed();
  const first = view.refresh();
  const [second, third] = [view.refresh(), view.refresh()];
  expect(readings()).toBe(1);
  await read(2);
  expect((await first).version).toBe(2);
  expect(readings()).toBe(2);
  await read(5);
  expect((await second).version).toBe(5);
  expect((await third).version).toBe(5);
  expect(readings()).toBe(2);
});

test('a reading that fails is told to whoever asked, and tried again for the next', async () => {
  const { view, read, fail } = await followed();
  const [first, second] = [view.refresh(), view.refresh()];
  const failed = expect(first).rejects.toThrow('no answer');
  await fail(new Error('no answer'));
  await failed;
  await read(2);
  expect((await second).version).toBe(2);
});

test('the next change is waited for, and no longer than told', async () => {
  const { view, notify } = await followed();
  const changed = view.nextChange(60_000);
  notify(2);
  await changed;
  await view.nextChange(1);
  expect(view.current.version).toBe(2);
});

test('nobody is called after they have left, or after the close', async () => {
  const { view, versions, stop, stopped, notify } = await followed();
  const heard: number[] = [];
  view.onChange(({ version }) => heard.push(version));
  stop();
  notify(2);
  await view.close();
  notify(3);
  expect(versions).toEqual([]);
  expect(heard).toEqual([2]);
  expect(stopped()).toBe(1);
});
