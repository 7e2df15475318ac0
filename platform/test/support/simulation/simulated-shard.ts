import type { AppName } from '@rocket/schema';
import type { Chance } from './chance.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { type Surroundings, settleWriter } from './simulated-statements.ts';
import type { SimulatedStream } from './simulated-stream.ts';

interface ShardOptions {
  readonly chance: Chance;
  readonly stream: SimulatedStream;
  readonly apps: readonly AppName[];
  readonly processes: number;
  readonly surroundings: Omit<Surroundings, 'connection'>;
}

const SILENT_MS = 3_000;

/** Processes of one shard that write, and of which some die or stop for a while; their writers are settled then. */
export function runSimulatedShard({ chance, stream, apps, processes, surroundings }: ShardOptions): void {
  const settler = { ...surroundings, connection: stream.connect() };

  function settle({ announced, name }: SimulatedProcess): void {
    for (const [writer, app] of announced)
      settleWriter(settler, { writer, app, process: name, by: 'settler' });
  }

  function fail(process: SimulatedProcess): void {
    setTimeout(() => settle(process), SILENT_MS + chance.between(0, 600));
    if (chance.happens(0.5)) {
      process.pause(chance.between(3_000, 6_000));
      return;
    }
    process.kill();
    setTimeout(start, chance.between(200, 2_000));
  }

  function start(): void {
    const process = new SimulatedProcess({ ...surroundings, connection: stream.connect() });
    /** Of the moments to fail, those at which a writer is being opened are the most dangerous. */
    let failsAfter = chance.happens(0.6)
      ? performance.now() + chance.between(500, 6_000)
      : Number.POSITIVE_INFINITY;
    const write = () => {
      const app = chance.pick(apps);
      if (app !== undefined && chance.happens(0.7)) process.write(app);
      if (performance.now() < failsAfter || !(process.isOpening || chance.happens(0.1))) return;
      failsAfter = Number.POSITIVE_INFINITY;
      fail(process);
    };
    setInterval(write, chance.between(40, 600));
  }

  for (let process = 0; process < processes; process += 1) start();
}
