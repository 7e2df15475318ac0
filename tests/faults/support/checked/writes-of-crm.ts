/** Writes to crm, each with the state that it leads to. */
import { KINDS, REGIONS } from './checked-apps.ts';
import { linkId, type Row, type State, withoutRows, withRows } from './checked-state.ts';
import type { MakeWrite, WriteContext } from './write-lane.ts';

const isThere = (row: Row) => row['isDeleted'] !== true;
const isGone = (row: Row) => row['isDeleted'] === true;

function pickRow({ chance, state }: WriteContext, table: keyof State, holds = isThere): Row | null {
  return chance.oneOf([...state[table].values()].filter(holds));
}

function update(name: 'Customer' | 'Note' | 'Label', row: Row, patch: object) {
  return {
    mutation: `mutation($id: ID!, $patch: ${name}Patch!) { it: update${name}(id: $id, patch: $patch) { errors { code message } } }`,
    variables: { id: row.id, patch },
  };
}

const createCustomer: MakeWrite = ({ chance, state, counter, owners, spare }) => {
  const taken = new Set([...state.customer.values()].map((row) => row['code']));
  const code = chance.oneOf(
    Array.from({ length: 16 }, (_, at) => `c${at}`).filter((each) => !taken.has(each)),
  );
  const id = spare('customer');
  if (code === null || id === null) return null;
  const customer = {
    ...{ id, code, owner: chance.oneOf(owners), region: chance.oneOf(REGIONS) },
    ...{ score: chance.below(100), counter },
  };
  const notes = chance.isIn(0.5) ? [{ id: chance.uuid(), kind: 'call', counter }] : [];
  const more = notes.length === 0 ? {} : { notes: { data: notes } };
  return {
    mutation:
      'mutation($input: CustomerCreateInput!) { it: createCustomer(input: $input) { errors { code message } } }',
    variables: { input: { ...customer, ...more } },
    state: withRows(
      withRows(state, 'customer', [customer]),
      'note',
      notes.map((note) => ({ ...note, customerId: id, isDeleted: false })),
    ),
  };
};

const changeCustomer: MakeWrite = (context) => {
  const { chance, state, counter, owners } = context;
  const customer = pickRow(context, 'customer');
  if (customer === null) return null;
  const patch = {
    counter,
    ...(chance.isIn(0.3) ? { region: chance.oneOf(REGIONS) } : {}),
    ...(chance.isIn(0.3) ? { owner: chance.oneOf(owners) } : {}),
    ...(chance.isIn(0.3) ? { score: chance.below(100) } : {}),
  };
  return {
    ...update('Customer', customer, patch),
    state: withRows(state, 'customer', [{ ...customer, ...patch }]),
  };
};

const addNote: MakeWrite = (context) => {
  const { chance, state, counter } = context;
  const customer = pickRow(context, 'customer');
  if (customer === null || state.note.size > 60) return null;
  const note = { id: chance.uuid(), kind: chance.oneOf(KINDS), counter };
  const patch = { counter, notes: { mode: 'APPEND', data: [note] } };
  const changed = withRows(state, 'customer', [{ ...customer, counter }]);
  return {
    ...update('Customer', customer, patch),
    state: withRows(changed, 'note', [{ ...note, customerId: customer.id, isDeleted: false }]),
  };
};

const changeNote: MakeWrite = (context) => {
  const { chance, state, counter } = context;
  const note = pickRow(context, 'note');
  const customer = pickRow(context, 'customer');
  if (note === null || customer === null) return null;
  const patch = {
    counter,
    ...(chance.isIn(0.6) ? { customerId: customer.id } : { kind: chance.oneOf(KINDS) }),
  };
  return { ...update('Note', note, patch), state: withRows(state, 'note', [{ ...note, ...patch }]) };
};

const deleteNote: MakeWrite = (context) => {
  const note = pickRow(context, 'note');
  if (note === null) return null;
  return {
    mutation: 'mutation($id: ID!) { it: deleteNote(id: $id) { errors { code message } } }',
    variables: { id: note.id },
    state: withRows(context.state, 'note', [{ ...note, isDeleted: true }]),
  };
};

const restoreNote: MakeWrite = (context) => {
  const note = pickRow(context, 'note', isGone);
  if (note === null) return null;
  return {
    mutation: 'mutation($id: ID!) { it: restoreNote(id: $id) { errors { code message } } }',
    variables: { id: note.id },
    state: withRows(context.state, 'note', [{ ...note, isDeleted: false }]),
  };
};

const changeLabel: MakeWrite = (context) => {
  const { state, counter } = context;
  const label = pickRow(context, 'label');
  if (label === null) return null;
  return { ...update('Label', label, { counter }), state: withRows(state, 'label', [{ ...label, counter }]) };
};

const changeLinks: MakeWrite = (context) => {
  const { state } = context;
  const customer = pickRow(context, 'customer');
  const label = pickRow(context, 'label');
  if (customer === null || label === null) return null;
  const id = linkId(customer.id, label.id);
  const isLinked = state.link.has(id);
  return {
    ...update('Customer', customer, { labels: { [isLinked ? 'remove' : 'add']: [label.id] } }),
    state: isLinked
      ? withoutRows(state, 'link', (row) => row.id === id)
      : withRows(state, 'link', [{ id, customerId: customer.id, labelId: label.id }]),
  };
};

/** Of a customer who has no notes, as what becomes of those is not what is checked here. */
const deleteCustomer: MakeWrite = (context) => {
  const { state } = context;
  const owning = new Set([...state.note.values()].map((note) => note['customerId']));
  const customer = pickRow(context, 'customer', ({ id }) => !owning.has(id));
  if (customer === null) return null;
  const left = withoutRows(state, 'customer', ({ id }) => id === customer.id);
  return {
    mutation: 'mutation($id: ID!) { it: deleteCustomer(id: $id) { errors { code message } } }',
    variables: { id: customer.id },
    state: withoutRows(left, 'link', (link) => link['customerId'] === customer.id),
  };
};

const createLabel: MakeWrite = ({ state, counter, spare }) => {
  const id = spare('label');
  if (id === null) return null;
  const label = { id, name: `l${state.label.size}`, counter };
  return {
    mutation:
      'mutation($input: LabelCreateInput!) { it: createLabel(input: $input) { errors { code message } } }',
    variables: { input: label },
    state: withRows(state, 'label', [label]),
  };
};

export const WRITES_OF_CRM: readonly MakeWrite[] = [
  ...[createCustomer, createCustomer, changeCustomer, changeCustomer, addNote, changeNote, changeNote],
  ...[deleteNote, restoreNote, changeLabel, changeLinks, changeLinks, deleteCustomer, createLabel],
];
