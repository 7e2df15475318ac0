/** Questions that one app answers: by key, lists, filters, orders, pages, numbers, groups and relations. */
import { KINDS, REGIONS } from '../support/checked/checked-apps.ts';
import { pick, type Row, type Sight, sorted, sum } from '../support/checked/checked-state.ts';
import { admins, has, type MakeQuestion, signedIn, simple } from './question.ts';

const CUSTOMER = ['id', 'code', 'owner', 'region', 'score', 'counter'] as const;
const NOTE = ['id', 'kind', 'counter', 'customerId'] as const;

const notesOf = (sight: Sight, customer: Row) => sight.all('note', has('customerId', customer.id));
const customerOf = (sight: Sight, note: Row) =>
  pick(sight.one('customer', note['customerId']), 'code', 'counter');

export const QUESTIONS_OF_CRM: readonly MakeQuestion[] = [
  ({ ids }) => {
    const id = ids('customer');
    const query = `query($id: ID!) { it: customer(id: $id) { ${CUSTOMER.join(' ')} } }`;
    return simple('crm', { query, variables: { id } }, (sight) =>
      pick(sight.one('customer', id), ...CUSTOMER),
    );
  },
  ({ chance }) => {
    const code = `c${chance.below(16)}`;
    const query = `{ it: customerBy(key: { code: "${code}" }) { id counter } }`;
    return simple('crm', { query }, (sight) =>
      pick(sight.all('customer', has('code', code))[0] ?? null, 'id', 'counter'),
    );
  },
  ({ chance }) => {
    const region = chance.oneOf(REGIONS);
    const query = `query($region: String!) { it: customers(where: { region: { eq: $region } }, orderBy: [{ score: DESC }], limit: 10) { code score counter } }`;
    return simple('crm', { query, variables: { region } }, (sight) =>
      sorted(sight.all('customer', has('region', region)), 'score', 'DESC')
        .slice(0, 10)
        .map((row) => pick(row, 'code', 'score', 'counter')),
    );
  },
  ({ chance }) => {
    const kind = chance.oneOf(KINDS);
    const query = `{ it: customers(where: { score: { gte: 30 }, notes: { some: { kind: { eq: "${kind}" } } } }) { code counter } }`;
    return simple('crm', { query, readers: signedIn }, (sight) =>
      sight
        .all('customer', (row) => Number(row['score']) >= 30 && notesOf(sight, row).some(has('kind', kind)))
        .map((row) => pick(row, 'code', 'counter')),
    );
  },
  ({ chance }) => {
    const region = chance.oneOf(REGIONS);
    const query = `{ it: customersConnection(first: 3, where: { region: { eq: "${region}" } }, orderBy: [{ code: ASC }]) { totalCount nodes { code counter } pageInfo { hasNextPage } } }`;
    return simple('crm', { query }, (sight) => {
      const rows = sorted(sight.all('customer', has('region', region)), 'code');
      const nodes = rows.slice(0, 3).map((row) => pick(row, 'code', 'counter'));
      return { totalCount: rows.length, nodes, pageInfo: { hasNextPage: rows.length > 3 } };
    });
  },
  ({ chance }) => {
    const region = chance.oneOf(REGIONS);
    const query = `{ it: customersAggregate(where: { region: { eq: "${region}" } }) { count sum { counter } max { score } } }`;
    return simple('crm', { query }, (sight) => {
      const rows = sight.all('customer', has('region', region));
      const max = { score: rows.length === 0 ? null : Math.max(...rows.map((row) => Number(row['score']))) };
      return { count: rows.length, sum: { counter: sum(rows, 'counter') }, max };
    });
  },
  () => {
    const query =
      '{ it: customersGroupBy(by: [{ field: region }]) { key { region } count sum { counter } } }';
    return simple('crm', { query }, (sight) =>
      REGIONS.toSorted()
        .map((region) => ({ region, rows: sight.all('customer', has('region', region)) }))
        .filter(({ rows }) => rows.length > 0)
        .map(({ region, rows }) => ({
          ...{ key: { region }, count: rows.length, sum: { counter: sum(rows, 'counter') } },
        })),
    );
  },
  ({ ids }) => {
    const id = ids('customer');
    const query = `query($id: ID!) { it: customer(id: $id) { code notes { ${NOTE.join(' ')} } labels { name counter } notesAggregate { count sum { counter } } } }`;
    return simple('crm', { query, variables: { id }, readers: signedIn }, (sight) => {
      const customer = sight.one('customer', id);
      if (customer === null) return null;
      const notes = notesOf(sight, customer);
      return {
        code: customer['code'],
        notes: notes.map((note) => pick(note, ...NOTE)),
        labels: sight.labelsOf(customer).map((label) => pick(label, 'name', 'counter')),
        notesAggregate: { count: notes.length, sum: { counter: sum(notes, 'counter') } },
      };
    });
  },
  ({ ids }) => {
    const id = ids('label');
    const query = 'query($id: ID!) { it: label(id: $id) { name counter customers { code counter } } }';
    return simple('crm', { query, variables: { id } }, (sight) => {
      const label = sight.one('label', id);
      if (label === null) return null;
      const customers = sight.customersOf(label).map((row) => pick(row, 'code', 'counter'));
      return { ...pick(label, 'name', 'counter'), customers };
    });
  },
  ({ ids }) => {
    const id = ids('customer');
    const query = `query($id: ID!) { it: notes(where: { customerId: { eq: $id } }) { id counter customer { code counter } } }`;
    return simple('crm', { query, variables: { id }, readers: signedIn }, (sight) =>
      sight
        .all('note', has('customerId', id))
        .map((note) => ({ ...pick(note, 'id', 'counter'), customer: customerOf(sight, note) })),
    );
  },
  ({ chance }) => {
    const region = chance.oneOf(REGIONS);
    const query = `{ it: notesConnection(where: { customer: { region: { eq: "${region}" } } }, first: 2) { totalCount nodes { id counter } } }`;
    return simple('crm', { query, readers: signedIn }, (sight) => {
      const notes = sight.all(
        'note',
        (note) => sight.one('customer', note['customerId'])?.['region'] === region,
      );
      return {
        totalCount: notes.length,
        nodes: notes.slice(0, 2).map((note) => pick(note, 'id', 'counter')),
      };
    });
  },
  () => {
    const query =
      '{ it: notes(orderBy: [{ customer: { score: ASC } }], limit: 8) { id customer { score } } }';
    return simple('crm', { query, readers: signedIn }, (sight) => {
      const scored = sight.all('note').map((note) => {
        const customer = sight.one('customer', note['customerId']);
        return { id: note.id, score: customer?.['score'] ?? null, customer: pick(customer, 'score') };
      });
      return sorted(scored as unknown as Row[], 'score')
        .slice(0, 8)
        .map((note) => pick(note, 'id', 'customer'));
    });
  },
  ({ ids }) => {
    const id = ids('note');
    const query = 'query($id: ID!) { it: note(id: $id) { kind counter customer { code counter } } }';
    return simple('crm', { query, variables: { id }, readers: signedIn }, (sight) => {
      const note = sight.one('note', id);
      return note === null ? null : { ...pick(note, 'kind', 'counter'), customer: customerOf(sight, note) };
    });
  },
  () => {
    const query = '{ it: notes(where: { deletedAt: { isNull: false } }, withDeleted: true) { id counter } }';
    return simple('crm', { query, readers: admins }, (sight) =>
      sight.deleted().map((note) => pick(note, 'id', 'counter')),
    );
  },
];
