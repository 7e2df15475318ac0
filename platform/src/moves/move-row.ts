/** Rows of moves and their steps, as the statements of `move-sql.ts` select them. */
import { appId, appName, epoch, lsn, MOVE_PHASES, shardName } from '@rocket/schema';
import { z } from 'zod';
import type { Row } from '../postgres/queryable.ts';
import type { MoveRecord, MoveStep } from './move-types.ts';

const phase = z.enum(MOVE_PHASES);
const instant = z.string().transform((text) => new Date(text));
const count = z.number().exactOptional();
const maybe = z.number().nullable().exactOptional();
const progress = z.object({
  ...{ rowsDone: count, rowsTotal: count, bytesDone: count, bytesTotal: count },
  ...{ bytesPerSecond: maybe, remainingMs: maybe, expectedPauseMs: maybe, pauseMs: maybe },
  detail: z.string().nullable().exactOptional(),
});
const MoveRow = z.tuple([
  z.uuid(),
  z.string().transform(appName),
  z.string().transform(appId),
  z.string().transform(shardName),
  z.string(),
  z.string().transform(shardName),
  z.string(),
  z.number().transform(epoch),
  z.uuid().nullable(),
  phase,
  z.string(),
  instant,
  z.string().nullable(),
  z.string().nullable(),
  progress,
  z.number(),
  z.string().nullable(),
  instant.nullable(),
  instant.nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().transform(lsn).nullable(),
  z.boolean(),
]);
const StepRow = z.tuple([z.number(), phase, z.string().nullable(), z.string().nullable(), instant]);

export function readMove(row: Row): MoveRecord {
  const [id, app, ofApp, source, sourceDatabase, target, targetDatabase, at, backOf, ...rest] =
    MoveRow.parse(row);
  const [
    now,
    requestedBy,
    requestedAt,
    abortReason,
    problem,
    known,
    term,
    mover,
    overAt,
    keptUntil,
    ...late
  ] = rest;
  const [targetHistory, marker, since, canReturn] = late;
  return {
    ...{
      id,
      app,
      appId: ofApp,
      epoch: at,
      backOf,
      phase: now,
      requestedBy,
      requestedAt,
      abortReason,
      problem,
    },
    source: { shard: source, database: sourceDatabase },
    target: { shard: target, database: targetDatabase },
    ...{ progress: known, term, mover, overAt, keptUntil, targetHistory, marker, since, canReturn },
  };
}

export function readStep(row: Row): MoveStep {
  const [order, at, mover, note, when] = StepRow.parse(row);
  return { number: order, phase: at, mover, note, at: when };
}
