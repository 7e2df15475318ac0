/** Runs in a worker thread: composition takes seconds of CPU for large graphs, and requests must not wait for it. */
import { parentPort } from 'node:worker_threads';
import { buildModel, composeGraph } from '@rocket/schema';
import type { ComposeOutcome, ComposeTask } from './compose-task.ts';

function compose({ id, home, members }: ComposeTask): ComposeOutcome {
  try {
    const models = new Map(members.map(({ app, document }) => [app, buildModel(document, app)]));
    return { id, kind: 'composed', composition: composeGraph({ home, members: models }) };
  } catch (error) {
    return {
      id,
      kind: 'crashed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

parentPort?.on('message', (task: ComposeTask) => parentPort?.postMessage(compose(task)));
