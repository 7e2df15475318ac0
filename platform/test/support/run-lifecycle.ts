/** A process with one component whose stop is quick, slow or fails; for the signals it gets. */
import { createLifecycle, createLogger } from '../../src/index.ts';

const [mode] = process.argv.slice(2);

const lifecycle = createLifecycle(createLogger({ level: 'silent', name: 'test' }));
lifecycle.add({
  name: 'component',
  start: async () => {
    setInterval(() => undefined, 60_000);
  },
  stop: async () => {
    process.stdout.write('stopping\n');
    if (mode === 'slow') await new Promise(() => undefined);
    if (mode === 'failing') throw new Error('cannot');
  },
});
lifecycle.onSignals();
await lifecycle.start();
process.stdout.write('started\n');
