/** Every statement on the channel by which a database follows another one: publication, slot and subscription. */
import { quoteIdentifier, type Row, type Statement } from '@rocket/platform';
import { type Lsn, lsn } from '@rocket/schema';
import { z } from 'zod';
import { literalText } from '../../sql/literal-text.ts';

/** Slots are named for the whole server. */
const CHANNEL_PREFIX = 'rocket_';
/** SQL of the condition that a row `s` of `pg_subscription`, which has those of the whole server, is of this database. */
export const IS_SUBSCRIBED_HERE =
  's.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())';

/** @param move UUID. Forward is from the source to the target. */
export function channelName(move: string, direction: 'forward' | 'reverse'): string {
  return `${CHANNEL_PREFIX}${move.replaceAll('-', '')}_${direction.charAt(0)}`;
}

/** @param tables quoted, with their schema */
export function createPublication(name: string, tables: readonly string[]): Statement {
  return { text: `CREATE PUBLICATION ${quoteIdentifier(name)} FOR TABLE ${tables.join(', ')}`, values: [] };
}

export function dropPublication(name: string): Statement {
  return { text: `DROP PUBLICATION IF EXISTS ${quoteIdentifier(name)}`, values: [] };
}

/** A row for each that a move has made in this database: its name. */
export function selectMovePublications(): Statement {
  return {
    text: 'SELECT pubname FROM pg_publication WHERE starts_with(pubname, $1)',
    values: [CHANNEL_PREFIX],
  };
}

export function selectMoveSubscriptions(): Statement {
  return {
    text: `SELECT s.subname FROM pg_subscription s WHERE ${IS_SUBSCRIBED_HERE} AND starts_with(s.subname, $1)`,
    values: [CHANNEL_PREFIX],
  };
}

/** A row when it was not there. Waits for all transactions of the server that are open. */
export function createSlot(name: string): Statement {
  return {
    text: `SELECT pg_create_logical_replication_slot($1, 'pgoutput')
           WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = $1)`,
    values: [name],
  };
}

/** Ends who reads from it. Rows: one while there is somebody. */
export function endReader(slot: string): Statement {
  return {
    text: `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
           WHERE slot_name = $1 AND active_pid IS NOT NULL`,
    values: [slot],
  };
}

export function dropSlot(name: string): Statement {
  return {
    text: `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
           WHERE slot_name = $1 AND active_pid IS NULL`,
    values: [name],
  };
}

/** One row when it is there: whether it can still be read from. */
export function selectSlot(name: string): Statement {
  return {
    text: `SELECT wal_status IS DISTINCT FROM 'lost' FROM pg_replication_slots WHERE slot_name = $1`,
    values: [name],
  };
}

const slotRow = z.tuple([z.boolean()]);

export interface SlotStatus {
  readonly isUsable: boolean;
}

/** Null when there is none. */
export function slotStatus([row]: readonly Row[]): SlotStatus | null {
  if (row === undefined) return null;
  const [isUsable] = slotRow.parse(row);
  return { isUsable };
}

/** What was committed before is not sent. */
export function advanceSlot(name: string): Statement {
  return { text: 'SELECT pg_replication_slot_advance($1, pg_current_wal_flush_lsn())', values: [name] };
}

export interface NewSubscription {
  readonly name: string;
  /** Of libpq: where the publication is. */
  readonly connection: string;
  /** Whether rows that are there are copied first, and changes follow at once; else it waits to be enabled. */
  readonly copies: boolean;
}

/** The slot has its name and is there: within one server it could not be made by this statement. */
export function createSubscription({ name, connection, copies }: NewSubscription): Statement {
  const quoted = quoteIdentifier(name);
  return {
    text: `CREATE SUBSCRIPTION ${quoted} CONNECTION ${literalText(connection)} PUBLICATION ${quoted}
           WITH (create_slot = false, slot_name = ${literalText(name)}, copy_data = ${copies}, enabled = ${copies})`,
    values: [],
  };
}

/**
 * Begins behind a position, and not where the slot is: after a crash of its server a slot that was advanced is where it was
 * before, and what comes twice would end the subscription.
 */
export function beginAt(name: string, position: Lsn): readonly Statement[] {
  return [
    {
      text: `SELECT pg_replication_origin_advance('pg_' || s.oid, $2::pg_lsn)
             FROM pg_subscription s WHERE s.subname = $1 AND ${IS_SUBSCRIBED_HERE}`,
      values: [name, position],
    },
    { text: `ALTER SUBSCRIPTION ${quoteIdentifier(name)} ENABLE`, values: [] },
  ];
}

/** A failing statement is logged with its text, and this one has a password. Only a superuser may set it. */
export function keepFromLog(): Statement {
  return {
    text: `SELECT set_config('log_min_error_statement', 'panic', true) FROM pg_roles
           WHERE rolname = current_user AND rolsuper`,
    values: [],
  };
}

/** Those by which tables were copied, when their subscription could not remove them. */
export function dropCopySlots(): Statement {
  return {
    text: `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
           WHERE database = current_database() AND NOT active AND slot_name ~ '^pg_\\d+_sync_\\d+_\\d+$'`,
    values: [],
  };
}

/** Without its slot, which is dropped on its own server. */
export function dropSubscription(name: string): readonly Statement[] {
  const quoted = quoteIdentifier(name);
  return [
    { text: `ALTER SUBSCRIPTION ${quoted} DISABLE`, values: [] },
    { text: `ALTER SUBSCRIPTION ${quoted} SET (slot_name = NONE)`, values: [] },
    { text: `DROP SUBSCRIPTION ${quoted}`, values: [] },
  ];
}

/** One row when it is there, in this database. */
export function selectSubscription(name: string): Statement {
  return {
    text: `SELECT 1 FROM pg_subscription s WHERE s.subname = $1 AND ${IS_SUBSCRIBED_HERE}`,
    values: [name],
  };
}

/** One row: what a server has to have for a move. */
export function selectServer(): Statement {
  return {
    text: `SELECT current_setting('wal_level'), current_setting('max_replication_slots')::int,
             (SELECT count(*)::int FROM pg_replication_slots), pg_is_in_recovery()`,
    values: [],
  };
}

const serverRow = z.tuple([z.string(), z.number(), z.number(), z.boolean()]);

export function serverFacts([row]: readonly Row[]) {
  const [walLevel, maxSlots, slots, isReplica] = serverRow.parse(row);
  return { walLevel, maxSlots, slots, isReplica };
}

export function selectFlushPosition(): Statement {
  return { text: 'SELECT pg_current_wal_flush_lsn()::text', values: [], prepare: true };
}

export function flushPosition([row]: readonly Row[]): Lsn {
  return lsn(z.tuple([z.string()]).parse(row)[0]);
}

/**
 * One row: the cluster, and the timeline on which it is written. Another one may lack what was confirmed by the former, and
 * the source sends nothing twice.
 */
export function selectHistory(): Statement {
  return {
    text: `SELECT (SELECT system_identifier::text FROM pg_control_system()) || ':' ||
             left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`,
    values: [],
    prepare: true,
  };
}
