/** Permission: what the caller's policies allow them to write. */
import {
  type AccessRequest,
  type EntityModel,
  type Filter,
  type FilterRecord,
  MATCH_ALL,
  MATCH_NONE,
  matches,
  type PermissionAction,
  RocketError,
  readFilter,
  type StoredRecord,
} from '@rocket/schema';
import { notFound, refuse } from './write-result.ts';
import type { DeleteState, RestoreState, SaveState } from './write-state.ts';

type State = SaveState | DeleteState | RestoreState;

/** Where the arguments name the record. */
interface Placed {
  readonly keyPath?: readonly string[];
}

/**
 * The records to which the caller may do this.
 * @throws RocketError `FORBIDDEN`, or `UNAUTHENTICATED` for an anonymous caller, when no policy allows any, before a
 *   connection is used for them.
 */
export function requirePolicy(
  state: Pick<State, 'model' | 'entity' | 'caller'> & Placed,
  action: PermissionAction,
): Filter {
  const filter = scopeOf(state, action);
  if (filter === 'forbidden') throw forbidden(state, action);
  return filter;
}

/**
 * Checks the stored record before it is changed. A record that callers may not read does not exist for them, so its id
 * reveals nothing. For callers without any read policy, the policies of the action decide.
 * @throws WriteRefused `NOT_FOUND`
 * @throws RocketError `FORBIDDEN`
 */
export function permitBefore(state: State, record: StoredRecord): void {
  const { action } = state;
  const readable = scopeOf(state, 'read');
  const isReadable = readable !== 'forbidden' && matches(readable, record.values);
  if (readable !== 'forbidden' && !isReadable) refuse(notFound(state.entity.name, record.key, state.keyPath));
  if (matches(requirePolicy(state, action), record.values)) return;
  if (!isReadable) refuse(notFound(state.entity.name, record.key, state.keyPath));
  throw forbidden(state, action);
}

/**
 * Checks the record as the write leaves it: callers cannot create what they may not, nor move a record out of
 * their own reach. `values` are those that the database returned, in their final form, or the intended ones.
 * @throws RocketError `FORBIDDEN`
 */
export function permitAfter(state: SaveState | RestoreState, values: FilterRecord): void {
  const { action } = state;
  if (!matches(requirePolicy(state, action), values)) throw forbidden(state, action, AFTERWARDS[action]);
}

/**
 * The records that the caller may mean without naming them. Who has no read policy at all is judged by the policies of
 * what they do.
 * @throws as {@link requirePolicy}
 */
export function recordsInReach(
  state: Pick<State, 'model' | 'entity' | 'caller'> & Placed,
  action: PermissionAction,
): Filter {
  const readable = scopeOf(state, 'read');
  return readable === 'forbidden' ? requirePolicy(state, action) : readable;
}

/** The records of an entity that exist for the caller. */
export function readableRecords(of: Pick<DeleteState, 'model' | 'caller'>, entity: EntityModel): Filter {
  const readable = scopeOf({ model: of.model, entity, caller: of.caller }, 'read');
  return readable === 'forbidden' ? MATCH_NONE : readable;
}

/** What is wrong with a record that callers could have changed, but not to this. */
const AFTERWARDS: Readonly<Record<(SaveState | RestoreState)['action'], string>> = {
  create: ' with these values',
  update: ' to what it would become',
};

/**
 * The records of an entity that the caller may refer to: those they may read. Callers without any read policy for it may
 * refer to all, since the document that lets them write such a key means them to; they learn no more than whether it is
 * one.
 */
export function referableRecords(of: Pick<DeleteState, 'model' | 'caller'>, entity: EntityModel): Filter {
  const readable = scopeOf({ model: of.model, entity, caller: of.caller }, 'read');
  return readable === 'forbidden' ? MATCH_ALL : readable;
}

function scopeOf(
  { model, entity, caller }: Pick<State, 'model' | 'entity' | 'caller'>,
  action: PermissionAction,
) {
  const request: AccessRequest = { entity: entity.name, action, caller };
  return readFilter(model, request);
}

/** `UNAUTHENTICATED` for a caller who is not signed in, else `FORBIDDEN`. */
function forbidden(
  { entity, caller, keyPath = [] }: Pick<State, 'entity' | 'caller'> & Placed,
  action: PermissionAction,
  afterwards = '',
): RocketError {
  // Of the record that the mutation is about there is nothing to say, of one of many that are written along there is.
  const details = keyPath.length > 1 ? { inputPath: keyPath } : {};
  if (caller.userId === null)
    return new RocketError('UNAUTHENTICATED', `Sign in to ${action} ${entity.name}`, { details });
  return new RocketError('FORBIDDEN', `You may not ${action} this ${entity.name}${afterwards}`, { details });
}
