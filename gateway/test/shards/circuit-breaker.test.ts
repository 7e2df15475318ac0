import { describe, expect, it } from 'vitest';
import { CircuitBreaker, OPEN_AFTER_FAILURES, PROBE_AFTER_MS } from '../../src/transport/circuit-breaker.ts';

const dead = new Error('dead');
const refused = new Error('refused by a living shard');
const options = { isDead: (error: unknown) => error === dead, onOpen: () => new Error('open') };

function breakerAt(clock: { ms: number }) {
  const breaker = new CircuitBreaker(() => clock.ms);
  const run = (outcome: 'ok' | Error) =>
    breaker.run(async () => {
      if (outcome !== 'ok') throw outcome;
      return outcome;
    }, options);
  const open = async () => {
    for (let i = 0; i < OPEN_AFTER_FAILURES; i++) await expect(run(dead)).rejects.toBe(dead);
  };
  return { breaker, run, open };
}

describe('circuit breaker', () => {
  it('opens after consecutive failures and then calls nobody', async () => {
    const { run, open } = breakerAt({ ms: 0 });
    await open();
    await expect(run('ok')).rejects.toThrow('open');
  });

  it('does not open on errors that a living shard answers, nor on failures with successes between', async () => {
    const { breaker, run } = breakerAt({ ms: 0 });
    for (let i = 0; i < 20; i++) await expect(run(refused)).rejects.toBe(refused);
    for (let i = 0; i < 20; i++) {
      await expect(run(dead)).rejects.toBe(dead);
      await run('ok');
    }
    expect(breaker.isOpen).toBe(false);
  });

  it('lets one probe through after the pause, and closes when it succeeds', async () => {
    const clock = { ms: 0 };
    const { breaker, run, open } = breakerAt(clock);
    await open();
    clock.ms += PROBE_AFTER_MS;
    const probing = Promise.withResolvers<string>();
    const probe = breaker.run(() => probing.promise, options);
    await expect(run('ok')).rejects.toThrow('open');
    probing.resolve('alive');
    expect(await probe).toBe('alive');
    expect(await run('ok')).toBe('ok');
  });

  it('pauses again when the probe fails', async () => {
    const clock = { ms: 0 };
    const { run, open } = breakerAt(clock);
    await open();
    clock.ms += PROBE_AFTER_MS;
    await expect(run(dead)).rejects.toBe(dead);
    await expect(run('ok')).rejects.toThrow('open');
    clock.ms += PROBE_AFTER_MS;
    expect(await run('ok')).toBe('ok');
  });
});
