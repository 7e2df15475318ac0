import type { Migration } from '../migrate.ts';

/** Moves of apps between shards, with every step of each, so that whoever takes one over knows what was done. */
export const moves: Migration = {
  number: 8,
  name: 'moves',
  statements: [
    `ALTER TABLE placement ADD COLUMN since text`,
    // Neither app nor shards are references: a move outlives them, as long as there is something to clean up.
    `CREATE TABLE app_move (
       id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       app text NOT NULL,
       app_id uuid NOT NULL,
       source text NOT NULL,
       source_database text NOT NULL,
       target text NOT NULL,
       target_database text NOT NULL,
       epoch integer NOT NULL,
       back_of uuid REFERENCES app_move,
       phase text NOT NULL DEFAULT 'waiting',
       parallel integer NOT NULL CHECK (parallel >= 1),
       requested_by text NOT NULL,
       requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
       abort_reason text,
       target_history text,
       marker text,
       since text,
       can_return boolean NOT NULL DEFAULT true,
       problem text,
       progress json NOT NULL DEFAULT '{}',
       term integer NOT NULL DEFAULT 0,
       mover text,
       lease_until timestamptz NOT NULL DEFAULT '-infinity',
       held_until timestamptz NOT NULL DEFAULT '-infinity',
       over_at timestamptz,
       kept_until timestamptz
     )`,
    `CREATE UNIQUE INDEX app_move_one_of_app ON app_move (app) WHERE over_at IS NULL`,
    `CREATE INDEX app_move_requested ON app_move (requested_at)`,
    `CREATE TABLE app_move_step (
       move uuid NOT NULL REFERENCES app_move ON DELETE CASCADE,
       number integer NOT NULL,
       phase text NOT NULL,
       mover text,
       note text,
       at timestamptz NOT NULL DEFAULT clock_timestamp(),
       PRIMARY KEY (move, number)
     )`,
  ],
};
