import { describe, expect, it } from 'vitest';
import { createSerialQueue } from '../../src/index.ts';
import { shareNextRun, shareRun } from '../../src/lifecycle/shared-runs.ts';

/** Work that ends when the test says so, and counts how often it began. */
function gated() {
  const gates: PromiseWithResolvers<number>[] = [];
  const work = (): Promise<number> => {
    const gate = Promise.withResolvers<number>();
    gates.push(gate);
    return gate.promise;
  };
  const gate = (index: number): PromiseWithResolvers<number> => {
    const found = gates[index];
    if (found === undefined) throw new Error(`Run ${index} has not begun`);
    return found;
  };
  return { work, gate, begun: () => gates.length };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe('a serial queue', () => {
  it('runs one task at a time, in order, whether they fail or not', async () => {
    const queue = createSerialQueue();
    const { work, gate, begun } = gated();
    const results = Promise.allSettled([queue.run(work), queue.run(work), queue.run(async () => 3)]);
    await turns();
    expect(begun()).toBe(1);
    gate(0).reject(new Error('failed'));
    await turns();
    expect(begun()).toBe(2);
    gate(1).resolve(2);
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('lets a task go that would begin too late, and keeps the order of the others', async () => {
    const queue = createSerialQueue();
    const { work, gate, begun } = gated();
    const first = queue.run(work);
    const impatient = queue.run(work, {
      waitMs: 1,
      tooLate() {
        throw new Error('too late');
      },
    });
    const last = queue.run(work);
    await expect(impatient).rejects.toThrow('too late');
    await turns();
    expect(begun()).toBe(1);
    gate(0).resolve(1);
    await first;
    await turns();
    expect(begun()).toBe(2);
    gate(1).resolve(2);
    expect(await last).toBe(2);
  });

  it('is idle when all that came is done', async () => {
    const queue = createSerialQueue();
    await queue.idle();
    let done = 0;
    const failed = queue.run(async () => {
      done += 1;
      throw new Error('failed');
    });
    const passed = queue.run(async () => {
      done += 1;
    });
    await queue.idle();
    expect(done).toBe(2);
    await Promise.allSettled([failed, passed]);
  });
});

describe('a shared run', () => {
  it('is joined while it is under way, and failed together', async () => {
    const { work, gate, begun } = gated();
    const share = shareRun(work);
    const [first, second] = [share(), share()];
    gate(0).reject(new Error('failed'));
    await expect(first).rejects.toThrow('failed');
    await expect(second).rejects.toThrow('failed');
    const third = share();
    expect(begun()).toBe(2);
    gate(1).resolve(3);
    expect(await third).toBe(3);
  });

  it('that has begun is not joined where it may have missed something: the next one is', async () => {
    const { work, gate, begun } = gated();
    const share = shareNextRun(work);
    const first = share();
    const [second, third] = [share(), share()];
    expect(begun()).toBe(1);
    gate(0).reject(new Error('failed'));
    await expect(first).rejects.toThrow('failed');
    await turns();
    expect(begun()).toBe(2);
    gate(1).resolve(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
    void share();
    expect(begun()).toBe(3);
  });

  it('never overlaps with the next, whenever that is asked for', async () => {
    let running = 0;
    let most = 0;
    const share = shareNextRun(async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    });
    const asked: Promise<void>[] = [];
    for (let tick = 0; tick < 50; tick += 1) {
      asked.push(share());
      await Promise.resolve();
    }
    await Promise.all(asked);
    expect(most).toBe(1);
  });
});
