/** An app of its own for each test of a file, and the pipeline that writes to it. */
import { afterEach, beforeEach } from 'vitest';
import type { WritePipeline, WriteResult } from '../../src/write/pipeline.ts';
import { type ActivateAt, ADMIN, createWriteApp, type WriteApp } from './write-app.ts';

export interface FreshWrites {
  /** Of the running test. */
  readonly app: WriteApp;
  readonly writes: WritePipeline;
  /** Makes the document's tables; what is written from then on is written by its model. */
  serve(document: object, at?: ActivateAt): Promise<void>;
  rows(text: string, values?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
  remove(name: string, id: string): Promise<WriteResult>;
}

/** Called once in a file, outside of its tests. */
export function freshWrites(): FreshWrites {
  let app: WriteApp;
  let writes: WritePipeline;
  beforeEach(async () => {
    app = await createWriteApp();
  });
  afterEach(() => app.dispose());
  return {
    get app() {
      return app;
    },
    get writes() {
      return writes;
    },
    async serve(document, at = {}) {
      await app.activate(document, at);
      writes = app.writes(document);
    },
    rows: (text, values = []) => app.database.query({ text, values }),
    remove: (name, id) => writes.delete(ADMIN, name, { id }),
  };
}

/** Fails the test with the faults when the write was refused. */
export function keyOf(result: WriteResult): string {
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join('; '));
  return result.key;
}
