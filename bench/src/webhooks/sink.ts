/** Starts the process of receivers, and asks it. */
import { join } from 'node:path';
import type { CleanUp } from '../clean-up.ts';
import { freePort, postJson } from '../http.ts';
import { startProcess } from '../process.ts';
import {
  type Behaviour,
  SINK_PATHS,
  type SinkCount,
  type SinkReceived,
  sinkCount,
  sinkReceived,
} from './sink-control.ts';

export interface Sink {
  readonly pid: number;
  /** Address of a receiver. @param path begins with a slash */
  url(path: string): string;
  /** All receivers together, since {@link forget}. */
  count(): Promise<SinkCount>;
  received(): Promise<SinkReceived>;
  behave(path: string, behaviour: Behaviour): Promise<void>;
  forget(): Promise<void>;
}

export async function startSink(cleanUp: CleanUp): Promise<Sink> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { pid, stop } = await startProcess({
    file: join(import.meta.dirname, 'sink-process.ts'),
    args: [],
    env: { PORT: new URL(url).port },
    readyUrl: `${url}${SINK_PATHS.count}`,
  });
  cleanUp.push(stop);
  const ask = (path: string, body: object = {}) => postJson(`${url}${path}`, {}, JSON.stringify(body));
  return {
    pid,
    url: (path) => `${url}${path}`,
    count: async () => sinkCount.parse(JSON.parse(await ask(SINK_PATHS.count))),
    received: async () => sinkReceived.parse(JSON.parse(await ask(SINK_PATHS.received))),
    behave: async (path, behaviour) => void (await ask(SINK_PATHS.behave, { path, behaviour })),
    forget: async () => void (await ask(SINK_PATHS.forget)),
  };
}
