import type { Migration } from '../migrate.ts';

export const foundation: Migration = {
  number: 1,
  name: 'foundation',
  statements: [
    `CREATE TABLE installation (
       only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
       version bigint NOT NULL DEFAULT 1,
       internal_key text NOT NULL,
       platform_token_secret text NOT NULL
     )`,
    `CREATE TABLE app (
       name text PRIMARY KEY,
       active_revision integer,
       refers_to text[] NOT NULL DEFAULT '{}',
       token_secret text NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now()
     )`,
    // json, not jsonb: jsonb reorders properties, and an export returns what was imported.
    `CREATE TABLE app_revision (
       app text NOT NULL REFERENCES app ON DELETE CASCADE,
       revision integer NOT NULL CHECK (revision >= 1),
       state text NOT NULL CHECK (state IN ('pending', 'active', 'retired', 'failed')),
       document json NOT NULL,
       content_hash text NOT NULL,
       failure text,
       created_at timestamptz NOT NULL DEFAULT now(),
       created_by text NOT NULL,
       PRIMARY KEY (app, revision)
     )`,
    `CREATE UNIQUE INDEX app_revision_one_active ON app_revision (app) WHERE state = 'active'`,
    `CREATE TABLE shard (
       name text PRIMARY KEY,
       url text,
       state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'draining')),
       database_url text NOT NULL
     )`,
    `CREATE TABLE placement (
       app text PRIMARY KEY REFERENCES app ON DELETE CASCADE,
       shard text NOT NULL REFERENCES shard,
       epoch integer NOT NULL CHECK (epoch >= 1),
       state text NOT NULL CHECK (state IN ('active', 'moving', 'offline')),
       database text NOT NULL,
       UNIQUE (shard, database)
     )`,
    `CREATE TABLE graph (name text PRIMARY KEY, apps text[])`,
    `CREATE TABLE graph_revision (
       id text PRIMARY KEY,
       home text,
       members json NOT NULL,
       created_at timestamptz NOT NULL DEFAULT now()
     )`,
    `CREATE TABLE platform_user (
       id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       email text NOT NULL UNIQUE,
       password_hash text NOT NULL,
       active boolean NOT NULL DEFAULT true,
       created_at timestamptz NOT NULL DEFAULT now()
     )`,
    // One login and all tokens that follow from it: ending the session ends every one of them.
    `CREATE TABLE refresh_session (
       id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       user_id uuid NOT NULL REFERENCES platform_user ON DELETE CASCADE,
       created_at timestamptz NOT NULL DEFAULT now(),
       expires_at timestamptz NOT NULL
     )`,
    `CREATE INDEX refresh_session_user ON refresh_session (user_id)`,
    // Consumed tokens stay until they expire, so that their reuse is noticed.
    `CREATE TABLE refresh_token (
       hash text PRIMARY KEY,
       session_id uuid NOT NULL REFERENCES refresh_session ON DELETE CASCADE,
       expires_at timestamptz NOT NULL,
       consumed_at timestamptz
     )`,
    `CREATE INDEX refresh_token_session ON refresh_token (session_id)`,
  ],
};
