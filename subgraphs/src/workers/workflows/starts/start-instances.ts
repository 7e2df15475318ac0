/** Instances begin: once for each workflow and what it is started for. */
import { createHash, randomUUID } from 'node:crypto';
import {
  canonicalJson,
  firstState,
  instanceContext,
  type TriggerFacts,
  WorkflowFault,
  type WorkflowInstanceStatus,
  type WorkflowModel,
} from '@rocket/schema';
import { toRecord } from '../../../write/record-sql.ts';
import { WriteRefused } from '../../../write/write-result.ts';
import type { WriteTransaction } from '../../../write/write-state.ts';
import { changed } from '../instance/store-instance.ts';
import { insertHistory } from '../sql/history-sql.ts';
import { insertDefinition, insertInstance } from '../sql/instance-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';

/** Workflows that start one another for ever are stopped here. */
const MAX_DEPTH = 16;

export interface Start {
  readonly workflow: WorkflowModel;
  readonly trigger: TriggerFacts;
  /** Of what this instance is the only one of its workflow; a second one is not begun. */
  readonly startedFor: string;
  /** The user who made the change, or has started it; null for the engine. */
  readonly startedBy: string | null;
  /** Of what starts it. */
  readonly depth: number;
  /** Why it cannot begin, so that it has failed from the start; null for one that goes on. */
  readonly fault: string | null;
}

/** Nothing where there is one for the same. */
export async function startInstance(app: WorkflowApp, start: Start): Promise<void> {
  const { caller, inTransaction } = app.writesOf(start.workflow.name, start.depth + 1);
  let begun: Begun | null = null;
  const result = await inTransaction(caller, async (write) => {
    begun = await beginInstance(app, write, start);
    return '';
  });
  if (!result.ok) throw new WriteRefused(result.errors);
  followStart(app, begun);
}

export interface Begun {
  readonly id: string;
  readonly status: WorkflowInstanceStatus;
  readonly definitionHash: string;
}

/** Once it is committed. */
export function followStart(app: WorkflowApp, begun: Begun | null): void {
  if (begun === null) return;
  app.storedDefinitions.add(begun.definitionHash);
  app.metrics.instance(app.app, 'started');
  if (begun.status === 'failed') app.metrics.instance(app.app, 'failed');
}

/** In a transaction that is there. Null where the workflow has an instance for the same. */
export async function beginInstance(
  app: WorkflowApp,
  write: WriteTransaction,
  start: Start,
): Promise<Begun | null> {
  const { workflow, trigger } = start;
  const { instance: entity } = app.entities;
  const { hash, text } = definitionOf(app, workflow);
  const fault = start.depth >= MAX_DEPTH ? tooDeep() : start.fault;
  const status = fault === null ? 'running' : 'failed';
  if (!app.storedDefinitions.has(hash)) await write.tx.query(insertDefinition(hash, text));
  const [row] = await write.tx.query(
    insertInstance(entity, {
      id: randomUUID(),
      workflow: workflow.name,
      status,
      step: workflow.first,
      entity: trigger.entity,
      recordId: trigger.record_id,
      context: instanceContext(workflow, trigger),
      error: fault,
      startedBy: start.startedBy,
      definitionHash: hash,
      trigger,
      state: firstState(workflow),
      depth: start.depth + 1,
      startedFor: start.startedFor,
    }),
  );
  if (row === undefined) return null;
  const after = toRecord(entity, row);
  changed(write, { entity, operation: 'create', before: null, after });
  if (fault !== null) {
    const entry = { step: workflow.first, type: workflow.steps.get(workflow.first)?.kind ?? '' } as const;
    await write.tx.query(
      insertHistory(after.key, [{ ...entry, status: 'failed', actor: null, comment: fault }]),
    );
  }
  return { id: after.key, status, definitionHash: hash };
}

function tooDeep(): string {
  return `${MAX_DEPTH} workflows have started one another`;
}

const definitions = new WeakMap<WorkflowModel, { readonly hash: string; readonly text: string }>();

/** The text of a workflow of the app's document, and what it is known by to its instances. */
function definitionOf({ model }: WorkflowApp, workflow: WorkflowModel) {
  const known = definitions.get(workflow);
  if (known !== undefined) return known;
  const definition = model.document.workflows.find(({ name }) => name === workflow.name);
  if (definition === undefined) throw new WorkflowFault(`There is no workflow ${workflow.name} any more`);
  const text = canonicalJson(definition);
  const made = { text, hash: createHash('sha256').update(text).digest('hex') };
  definitions.set(workflow, made);
  return made;
}
