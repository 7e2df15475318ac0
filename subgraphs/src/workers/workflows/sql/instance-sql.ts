/** Statements on instances and the definitions that they began with. */
import type { Row, Statement } from '@rocket/platform';
import {
  type EntityModel,
  type InstanceContext,
  type InstanceState,
  parseJson,
  type StoredRecord,
  type TriggerFacts,
  VERSION_COLUMN,
  type WorkflowInstanceStatus,
} from '@rocket/schema';
import { z } from 'zod';
import { DEFINITIONS_TABLE, INSTANCES_TABLE } from '../../../tables/workflow-tables.ts';
import { columns, INSTANT_SQL, toRecord } from '../../../write/record-sql.ts';

/**
 * When a statement runs, as its transaction may have waited for a lock: what is told of timers is compared with it. In the
 * precision of the API.
 */
export const NOW = "date_trunc('milliseconds', clock_timestamp())";

/** What is to be known of an instance before it is locked. */
export interface SeenInstance {
  readonly version: number;
  readonly status: string;
  readonly workflow: string;
  readonly depth: number;
}

export function selectInstance(id: string): Statement {
  return {
    text: `SELECT ${VERSION_COLUMN}, status, workflow, depth FROM "${INSTANCES_TABLE}" WHERE id = $1::uuid`,
    values: [id],
    prepare: true,
  };
}

const seen = z.tuple([z.number(), z.string(), z.string(), z.number()]);

export function seenInstance(row: Row): SeenInstance {
  const [version, status, workflow, depth] = seen.parse(row);
  return { version, status, workflow, depth };
}

/** Whether to wait for whoever has locked it, or to take it for none. */
export type InstanceLock = 'wait' | 'skip';

export function lockInstance(entity: EntityModel, id: string, lock: InstanceLock): Statement {
  return {
    text: `SELECT ${columns(entity)}, definition_hash, trigger::text, state FROM "${INSTANCES_TABLE}"
           WHERE id = $1::uuid FOR UPDATE${lock === 'skip' ? ' SKIP LOCKED' : ''}`,
    values: [id],
    prepare: true,
  };
}

export interface LockedInstance {
  readonly record: StoredRecord;
  readonly definitionHash: string;
  /** JSON as `TriggerFacts` has it. */
  readonly trigger: unknown;
  readonly state: unknown;
}

const locked = z.tuple([z.string(), z.string(), z.unknown()]);

export function lockedInstance(entity: EntityModel, row: Row): LockedInstance {
  const [definitionHash, trigger, state] = locked.parse(row.slice(entity.fields.length + 1));
  // Parsed here, so that its numbers keep their digits.
  return { record: toRecord(entity, row), definitionHash, trigger: parseJson(trigger), state };
}

export interface NewInstance {
  readonly id: string;
  readonly workflow: string;
  readonly status: WorkflowInstanceStatus;
  readonly step: string | null;
  readonly entity: string | null;
  readonly recordId: string | null;
  readonly context: InstanceContext;
  readonly error: string | null;
  readonly startedBy: string | null;
  readonly definitionHash: string;
  readonly trigger: TriggerFacts;
  readonly state: InstanceState;
  readonly depth: number;
  /** What it was started for: no other instance of the workflow is for the same. */
  readonly startedFor: string;
}

/** No row when the workflow has an instance for the same. */
export function insertInstance(entity: EntityModel, of: NewInstance): Statement {
  const hasEnded = of.status === 'failed' || of.status === 'completed';
  return {
    text: `INSERT INTO "${INSTANCES_TABLE}" (id, workflow, status, step, entity, record_id, context, error, started_by,
             definition_hash, trigger, state, depth, started_for, started_at, updated_at, ended_at)
           VALUES ($1::uuid, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10, $11::jsonb, $12::jsonb, $13::int, $14,
             ${INSTANT_SQL}, ${INSTANT_SQL}, ${hasEnded ? INSTANT_SQL : 'NULL'})
           ON CONFLICT (workflow, started_for) DO NOTHING RETURNING ${columns(entity)}`,
    values: [
      of.id,
      of.workflow,
      of.status,
      of.step,
      of.entity,
      of.recordId,
      JSON.stringify(of.context),
      of.error,
      of.startedBy,
      of.definitionHash,
      JSON.stringify(of.trigger),
      JSON.stringify(of.state),
      of.depth,
      of.startedFor,
    ],
    prepare: true,
  };
}

export interface InstanceChange {
  readonly id: string;
  readonly status: WorkflowInstanceStatus;
  readonly step: string | null;
  readonly error: string | null;
  readonly approverId: string | null;
  /** ISO 8601. */
  readonly wakesAt: string | null;
  readonly state: InstanceState;
}

export function updateInstance(entity: EntityModel, of: InstanceChange): Statement {
  const hasEnded = of.status !== 'running' && of.status !== 'waiting';
  return {
    text: `UPDATE "${INSTANCES_TABLE}" SET ${VERSION_COLUMN} = ${VERSION_COLUMN} + 1, status = $2, step = $3, error = $4,
             approver_id = $5, wakes_at = $6::timestamptz, state = $7::jsonb, updated_at = ${NOW},
             ended_at = ${hasEnded ? NOW : 'NULL'}
           WHERE id = $1::uuid RETURNING ${columns(entity)}`,
    values: [of.id, of.status, of.step, of.error, of.approverId, of.wakesAt, JSON.stringify(of.state)],
    prepare: true,
  };
}

export function insertDefinition(hash: string, definition: string): Statement {
  return {
    text: `INSERT INTO "${DEFINITIONS_TABLE}" (hash, definition) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING`,
    values: [hash, definition],
    prepare: true,
  };
}

/** One row, as {@link definitionOf} reads it. */
export function selectDefinition(hash: string): Statement {
  return { text: `SELECT definition::text FROM "${DEFINITIONS_TABLE}" WHERE hash = $1`, values: [hash] };
}

/** Its numbers keep their digits. */
export function definitionOf(row: Row): unknown {
  return parseJson(z.string().parse(row[0]));
}

/** One row: whether the database has the tables of workflows, which one of an older version lacks. */
export function selectHasTables(): Statement {
  return { text: `SELECT to_regclass('"${INSTANCES_TABLE}"') IS NOT NULL`, values: [] };
}

/** One row: whether there is any. */
export function selectHasInstances(): Statement {
  return { text: `SELECT EXISTS (SELECT FROM "${INSTANCES_TABLE}")`, values: [] };
}

export function isTrue(row: Row | undefined): boolean {
  return row?.[0] === true;
}

/** Those that have not gone on for so long although they could. */
export function selectStale(ms: number, limit: number): Statement {
  return {
    text: `SELECT id, workflow, depth FROM "${INSTANCES_TABLE}"
           WHERE status = 'running' AND updated_at < clock_timestamp() - $1::float8 * interval '1 millisecond'
           ORDER BY started_at, id LIMIT $2::int`,
    values: [ms, limit],
  };
}

const stale = z.tuple([z.string(), z.string(), z.number()]);

export function staleInstance(row: Row): { id: string; workflow: string; depth: number } {
  const [id, workflow, depth] = stale.parse(row);
  return { id, workflow, depth };
}
