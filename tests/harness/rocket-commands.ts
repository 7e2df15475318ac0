import { expect } from 'vitest';
import { type Finished, runRocket } from './servers/rocket-process.ts';

/** The command line beside a `rocket start`, which it finds by the directory of its data. */
export interface RocketCommands {
  rocket(args: readonly string[], input?: string): Promise<Finished>;
  /** What a command prints that has to succeed without a word on the standard error. */
  succeed(args: readonly string[], input?: string): Promise<string>;
}

/** @param dataDir asked at each command, as tests make it late */
export function rocketCommands(dataDir: () => string): RocketCommands {
  const rocket: RocketCommands['rocket'] = (args, input = '') =>
    runRocket(args, { ROCKET_DATA_DIR: dataDir() }, input);
  return {
    rocket,
    async succeed(args, input) {
      const { code, stdout, stderr } = await rocket(args, input);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout;
    },
  };
}
