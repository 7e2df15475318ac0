/** Starts the process of a channel, and asks it. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { CleanUp } from '../clean-up.ts';
import { readCpu } from '../measure/cpu.ts';
import { endProcess } from '../process.ts';
import {
  type ChannelAnswer,
  type ChannelLoad,
  type ChannelName,
  type ChannelSettings,
  channelAnswer,
  type FullSpeed,
  type Steady,
} from './channel-messages.ts';

export interface Costs {
  /** Processor time in ms; null where the machine does not tell. */
  readonly nodeCpuMs: number | null;
  /** Null also where nothing asks Postgres. */
  readonly postgresCpuMs: number | null;
}

export interface ChannelProcess {
  readonly name: ChannelName;
  fullSpeed(load: { seconds: number; writers: number; eventsPerWrite: number }): Promise<FullSpeed & Costs>;
  steady(load: { seconds: number; perSecond: number }): Promise<Steady>;
}

export async function startChannel(
  cleanUp: CleanUp,
  settings: ChannelSettings & { readonly postgresPid: number },
): Promise<ChannelProcess> {
  const { postgresPid, ...env } = settings;
  const child = fork(join(import.meta.dirname, 'channel-process.ts'), [], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  cleanUp.push(() => endProcess(child));
  await nextAnswer(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('The process of a channel did not start');

  async function ask(load: ChannelLoad): Promise<ChannelAnswer> {
    child.send(load);
    return await nextAnswer(child);
  }

  const readCosts = async () => ({ node: await readCpu(pid), postgres: await readCpu(postgresPid) });
  return {
    name: settings.CHANNEL,
    async fullSpeed(load) {
      const before = await readCosts();
      const { fullSpeed } = await ask({ kind: 'full-speed', ...load });
      const after = await readCosts();
      const result = answered(fullSpeed);
      return {
        ...result,
        nodeCpuMs: difference(before.node, after.node),
        postgresCpuMs: result.statements === null ? null : difference(before.postgres, after.postgres),
      };
    },
    steady: async (load) => answered((await ask({ kind: 'steady', ...load })).steady),
  };
}

function nextAnswer(child: ChildProcess): Promise<ChannelAnswer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`A channel's process ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(channelAnswer.parse(message));
    });
  });
}

function answered<T>(value: T | null): T {
  if (value === null) throw new Error('A channel has answered something else than it was asked');
  return value;
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}
