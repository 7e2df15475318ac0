/** The life of an app's database: made to fit a revision, and dropped. */
import { z } from 'zod';
import { revision } from '../ids.ts';
import { placed } from './call-context.ts';
import { defineCall, NOTHING } from './define-call.ts';
import type { Message } from './message.ts';

const ofRevision = z.object({ revision: z.number().transform(revision) });

const activation = z.object({
  ...placed.shape,
  ...ofRevision.shape,
  /** Rows to insert where they are not there yet, by entity. */
  sampleData: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});

const report = z.object({
  /** DDL statements that were applied, described in words; empty when the tables already fit. */
  changes: z.array(z.string()),
  rowsInserted: z.number(),
});

const settlement = z.enum(['active', 'abandoned']);

export type ActivationInput = Message<typeof activation>;
export type ActivationReport = Message<typeof report>;

/** What became of an activation: the app's tables are at its revision, or never will be. */
export type Settlement = Message<typeof settlement>;

export const ACTIVATION_CALLS = {
  activate: defineCall({ path: '/internal/activate', input: activation, answer: report }),
  settleActivation: defineCall({
    path: '/internal/settle-activation',
    input: ofRevision,
    answer: settlement,
  }),
  /** The database was restored from a backup: it is made the app's present one. */
  adoptDatabase: defineCall({ path: '/internal/adopt-database', input: NOTHING, answer: NOTHING }),
  removeApp: defineCall({ path: '/internal/remove-app', input: NOTHING, answer: NOTHING }),
};
