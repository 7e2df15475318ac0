/** What the commands of people on workflows have in common. */
import {
  type Caller,
  type EntityModel,
  matches,
  type StoredRecord,
  textProblem,
  WorkflowFault,
} from '@rocket/schema';
import { readableRecords } from '../../../write/permission.ts';
import { refuse, type WriteResult } from '../../../write/write-result.ts';
import type { WriteTransaction } from '../../../write/write-state.ts';
import { followUp } from '../instance/change-instance.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import type { CommandRequest, WorkflowApp } from '../workflow-app.ts';

const MAX_COMMENT_LENGTH = 4_000;

/** What is commanded, and with which request. */
export interface Commanded {
  readonly app: WorkflowApp;
  readonly request: CommandRequest;
}

/** What a command has done: the record that it is about, and the instance that it has stored. */
export interface InstanceCommand {
  readonly key: string;
  readonly instance: OpenInstance;
}

/** Runs a command in a transaction of its caller. A worker goes on with the instance when it is told of the change. */
export async function commandResult(
  { app, request }: Commanded,
  caller: Caller,
  work: (write: WriteTransaction) => Promise<InstanceCommand>,
): Promise<WriteResult> {
  let done: InstanceCommand | null = null;
  const result = await app.inTransaction(request)(caller, async (write) => {
    done = await orRefuse(work(write));
    return done.key;
  });
  if (result.ok) followUp(instanceOf(done));
  return result;
}

/** What cannot go on by the app's document as it is now, cannot go on by a command. */
async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WorkflowFault) refuseState(error.message, ['id']);
    throw error;
  }
}

function instanceOf(done: InstanceCommand | null): OpenInstance | null {
  return done?.instance ?? null;
}

/** Whether the record exists for the caller. */
export function isVisible(
  write: Pick<WriteTransaction, 'model' | 'caller'>,
  entity: EntityModel,
  record: StoredRecord,
): boolean {
  return matches(readableRecords(write, entity), record.values);
}

/** @throws WriteRefused `VALIDATION_FAILED` for a text that cannot be stored */
export function statedComment(comment: string | null): string | null {
  if (comment === null || comment.trim() === '') return null;
  const isTooLong = comment.length > MAX_COMMENT_LENGTH;
  if (!isTooLong && textProblem(comment) === null) return comment;
  const limit = `A comment has at most ${MAX_COMMENT_LENGTH} characters`;
  const message = isTooLong ? limit : 'A comment must not contain NUL or half a surrogate pair';
  refuse({ code: 'VALIDATION_FAILED', message, path: ['comment'], rule: null });
}

/** @throws WriteRefused `INVALID_STATE` */
export function refuseState(message: string, path: readonly string[]): never {
  return refuse({ code: 'INVALID_STATE', message, path, rule: null });
}
