/** Processes of one shard: what one leaves, the other publishes; what they say lets followers know that they know all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';
import { keyOf } from '../support/fresh-writes.ts';
import { ADMIN } from '../support/write-app.ts';
import { openShard, type ShardProcess } from './shard-processes.ts';

const create = async ({ writes }: ShardProcess, body: string) =>
  keyOf(await writes.create(ADMIN, 'note', { body }));

it.concurrent('an app stays sure while it is written to, and when its process stops in order', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, rows, isSure, follower } = await openShard({ expect, onTestFinished });
  const process = startProcess();
  await create(process, 'first');
  await expect.poll(isSure, { timeout: 5_000 }).toBe(true);
  for (let number = 0; number < 20; number += 1) {
    await create(process, `n${number}`);
    await sleep(100);
    expect(isSure()).toBe(true);
  }
  await process.stop();
  expect(await rows('SELECT 1 FROM _writers')).toEqual([]);
  await sleep(2_500);
  expect(isSure()).toBe(true);
  expect(follower.writers()).toEqual([]);
});

it.concurrent('what a process left when it died is published by another one, and until then the app is not sure', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, bodies, isSure, follower } = await openShard({ expect, onTestFinished });
  const [dying, living] = [startProcess(), startProcess()];
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  await create(living, 'other');
  dying.die();
  await create(dying, 'left');
  await expect.poll(isSure, { timeout: 4_000 }).toBe(false);
  await expect.poll(isSure, { timeout: 10_000 }).toBe(true);
  expect(bodies()).toEqual(['told', 'other', 'left']);
  expect(follower.writers()).toHaveLength(1);
  // It may only seem dead: what it writes now fails, as it cannot say that it writes.
  await expect(dying.writes.create(ADMIN, 'note', { body: 'late' })).rejects.toThrow('the process is dead');
  await create(living, 'after');
  await expect.poll(bodies).toEqual(['told', 'other', 'left', 'after']);
});

it.concurrent('what was left is published when the app is opened, and the writer settled by the next process', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, bodies, isSure, follower } = await openShard({ expect, onTestFinished });
  const dying = startProcess();
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  dying.die();
  await create(dying, 'left');
  const next = startProcess();
  await expect.poll(bodies).toEqual(['told', 'left']);
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
  await expect.poll(isSure).toBe(true);
  await create(next, 'after');
  await expect.poll(bodies).toEqual(['told', 'left', 'after']);
});

it.concurrent('a writer that only the database knows is settled as well', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, rows, told } = await openShard({ expect, onTestFinished });
  await rows(`INSERT INTO _writers (id, process, timeline) VALUES ('w-lost', 's1-lost', '00000001')`);
  startProcess();
  await expect
    .poll(() => rows(`SELECT ended_at IS NOT NULL FROM _writers WHERE id = 'w-lost'`), { timeout: 10_000 })
    .toEqual([[true]]);
  await expect
    .poll(() => told.filter(({ kind }) => kind === 'closed'))
    .toMatchObject([{ writer: 'w-lost', process: 's1-lost' }]);
});

it.concurrent('a writer of an app that was removed meanwhile is closed: nothing of it is left', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, bodies, follower } = await openShard({ expect, onTestFinished });
  const dying = startProcess();
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  dying.die();
  startProcess(true);
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
});

it.concurrent('a process stops although the database does not answer, and its writer is left to others', async ({
  expect,
  onTestFinished,
}) => {
  const { startProcess, rows, bodies, follower, databases } = await openShard({ expect, onTestFinished });
  const process = startProcess();
  await create(process, 'told');
  await expect.poll(bodies).toEqual(['told']);
  await databases.pop()?.close();
  await process.stop();
  expect(await rows('SELECT ended_at FROM _writers')).toEqual([[null]]);
  startProcess();
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
});
