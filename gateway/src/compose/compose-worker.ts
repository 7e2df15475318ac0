/**
 * Runs in a worker thread: large documents take seconds of CPU to check and compose, and requests must not wait for it.
 */
import { parentPort } from 'node:worker_threads';
import { buildModel, composeGraph } from '@rocket/schema';
import {
  type ComposeOutcome,
  type ComposeResults,
  type ComposeTask,
  fromJson,
  toJson,
} from './compose-task.ts';
import { crossAppFaults } from './cross-app-checks.ts';
import { readDocument } from './read-document.ts';

function work(task: ComposeTask): ComposeResults[keyof ComposeResults] {
  switch (task.kind) {
    case 'compose': {
      const models = new Map(task.members.map(({ app, document }) => [app, buildModel(document, app)]));
      return composeGraph({ home: task.home, members: models });
    }
    case 'read':
      return toJson(readDocument(task.app, task.text));
    case 'relate':
      return crossAppFaults(fromJson(task.question));
    default:
      return task satisfies never;
  }
}

function outcomeOf(task: ComposeTask): ComposeOutcome {
  try {
    return { id: task.id, kind: 'done', result: work(task) };
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { id: task.id, kind: 'crashed', message };
  }
}

parentPort?.on('message', (task: ComposeTask) => parentPort?.postMessage(outcomeOf(task)));
