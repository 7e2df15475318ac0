/** The records that transitions of a write create, when its own are stored. */
import { ExpressionError, evaluateValue, type UserError } from '@rocket/schema';
import { ruleVariables } from '../rules/rule-variables.ts';
import { refuse, WriteRefused } from '../write-result.ts';
import {
  entityOf,
  type PendingCreation,
  present,
  type SaveState,
  saveState,
  transactionOf,
  type WriteTransaction,
} from '../write-state.ts';

/** By the transitions of one write. They are created one after the other, while the write holds its locks. */
const MAX_CREATED = 1_000;

/**
 * In the order of the transitions, each as if it were created by itself: it sees those before it. The document says that
 * they are created, so the permissions of the caller do not count.
 * @param save makes no transitions, since new records have none
 * @throws WriteRefused with errors at the field whose state was to change
 */
export async function createAsked(
  write: WriteTransaction,
  save: (record: SaveState) => Promise<string>,
): Promise<void> {
  const asked = write.creations.splice(0);
  const excess = asked[MAX_CREATED];
  if (excess !== undefined) {
    const message = `The transitions of one write may create at most ${MAX_CREATED} records`;
    refuse(errorAt(excess, { message }));
  }
  for (const creation of asked) {
    try {
      await save(newRecord(creation));
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      throw new WriteRefused(error.errors.map((fault) => refusedFor(creation, fault)));
    }
  }
}

function newRecord(creation: PendingCreation): SaveState {
  const { state, entity } = creation;
  const path = pathOf(creation);
  const write = { ...transactionOf(state), caller: { ...state.caller, isAdmin: true } };
  return saveState(write, {
    entity: entityOf(state.model, entity),
    ...{ action: 'create', path, keyPath: path, nested: [], parent: null, transition: null },
    input: inputOf(creation),
  });
}

function inputOf(creation: PendingCreation): SaveState['input'] {
  const { state, values } = creation;
  const entity = entityOf(state.model, creation.entity);
  const variables = ruleVariables(state, {
    record: present(state.stored).values,
    old: state.current?.values ?? null,
    action: state.action,
  });
  const input: Record<string, unknown> = Object.create(null);
  for (const [name, value] of values) {
    try {
      input[name] = evaluateValue(value, variables);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      state.logger.warn(
        { entity: entity.name, field: name, reason: error.message },
        'a value cannot be evaluated',
      );
      const shown = entity.fieldByName.get(name)?.graphqlName ?? name;
      refuse(errorAt(creation, { message: `${shown} cannot be evaluated: ${error.message}` }));
    }
  }
  return input;
}

/** Callers know nothing of the fields of the created record, so the error is where they have asked for the transition. */
function refusedFor(creation: PendingCreation, { code, rule, message }: UserError): UserError {
  const named = `No ${creation.entity} can be created: ${message}`;
  return { ...errorAt(creation, { message: named }), code, rule };
}

function errorAt(creation: PendingCreation, { message }: Pick<UserError, 'message'>): UserError {
  return { code: 'VALIDATION_FAILED', message, path: pathOf(creation), rule: 'state_machine' };
}

function pathOf({ state, field }: PendingCreation): readonly string[] {
  return [...state.path, field.graphqlName];
}
