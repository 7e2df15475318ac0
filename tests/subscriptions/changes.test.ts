/** What subscribers are told of changes: of which records, as what, with what. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Listening } from '../harness/listening.ts';
import { createSubscribedWorld, type ListenBy, type SubscribedWorld } from './subscribed-world.ts';

let desk: SubscribedWorld;
beforeAll(async () => {
  desk = await createSubscribedWorld();
});
afterAll(() => desk?.world.dispose());

let open: Listening[];
beforeEach(() => {
  open = [];
});
afterEach(() => {
  for (const listening of open) listening.close();
});

async function listen(query: string, by?: ListenBy): Promise<Listening> {
  const listening = await desk.listen(query, by);
  open.push(listening);
  return listening;
}

const told = async (listening: Listening, field = 'ticketChanged') => (await listening.next()).data?.[field];
const short = 'subscription { ticketChanged { operation id node { title } } }';

describe('a change', () => {
  it('is told with the record before and after it', async () => {
    const listening = await listen(`subscription { ticketChanged {
      __typename operation id node { title status effort } previous { title status effort version } changedFields at snapshot cursor } }`);
    const id = await desk.ticket({ title: 'Broken', status: 'OPEN' });
    const added = await listening.next();
    expect(added.data).toEqual({
      ticketChanged: {
        ...{ __typename: 'TicketChange', operation: 'ADDED', id, previous: null, snapshot: false },
        ...{ node: { title: 'Broken', status: 'OPEN', effort: null }, cursor: added.id },
        ...{ changedFields: ['id', 'title', 'status'], at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      },
    });
    await desk.patch(id, { status: 'IN_WORK', effort: '1.5' });
    expect(await told(listening)).toMatchObject({
      ...{ operation: 'UPDATED', id, node: { title: 'Broken', status: 'IN_WORK', effort: '1.5' } },
      ...{ previous: { title: 'Broken', status: 'OPEN', effort: null, version: 1 } },
      changedFields: ['status', 'effort'],
    });
    await desk.remove(id);
    expect(await told(listening)).toMatchObject({
      ...{
        operation: 'REMOVED',
        id,
        node: null,
        previous: { status: 'IN_WORK', effort: '1.5', version: 2 },
      },
    });
  });

  it('has the keys, fragments and variables of the subscriber', async () => {
    const listening = await listen(
      `subscription Mine($more: Boolean!, $no: Boolean!) { mine: ticketChanged { ...Change again: node { replies { body } } } }
       fragment Change on TicketChange { what: operation node { ...Title status @skip(if: $no) owner @include(if: $more) } }
       fragment Title on Ticket { name: title }`,
      { variables: { more: true, no: true } },
    );
    await desk.ticket({ title: 'Aliased', owner: 'me' });
    const { data } = await listening.next();
    expect(JSON.stringify(data)).toBe(
      '{"mine":{"what":"ADDED","node":{"name":"Aliased","owner":"me"},"again":{"replies":[]}}}',
    );
  });

  it('selects across apps', async () => {
    const created = await desk.write(
      `mutation { create${desk.shop('Customer').replace(/^./, (first) => first.toUpperCase())}(input: {name: "Kim"}) { record: ${desk.shop('Customer')} { id } errors { message } } }`,
    );
    const customer = created['record'] as { id: string };
    const listening = await listen(
      'subscription { ticketChanged { node { title customer { name } replies { body } } } }',
    );
    await desk.ticket({ title: 'Ours', customerId: customer.id, replies: { data: [{ body: 'Soon' }] } });
    expect(await told(listening)).toEqual({
      node: { title: 'Ours', customer: { name: 'Kim' }, replies: [{ body: 'Soon' }] },
    });
  });

  it('is told as null with errors where a part of it is forbidden', async () => {
    const { token } = await desk.world.signIn('desk', ['member']);
    const { userId } = await desk.world.signIn('desk', ['boss']);
    const listening = await listen('subscription { ticketChanged { node { title replies { body } } } }', {
      token,
    });
    void userId;
    const id = await desk.ticket({ title: 'Mine', owner: await ownerOf(token) });
    const { data, errors } = await listening.next();
    expect(data).toEqual({ ticketChanged: { node: { title: 'Mine', replies: null } } });
    expect(errors).toMatchObject([
      { path: ['ticketChanged', 'node', 'replies'], extensions: { code: 'FORBIDDEN' } },
    ]);
    await desk.remove(id);
  });
});

/** The user's id, which policies compare with. */
async function ownerOf(token: string): Promise<string> {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub;
}

describe('a view', () => {
  it('has records come and go by the filter', async () => {
    const listening =
      await listen(`subscription { ticketChanged(where: {status: {eq: OPEN}, title: {startsWith: "V"}}) {
      operation node { title } previous { status } } }`);
    await desk.ticket({ title: 'Other', status: 'OPEN' });
    const id = await desk.ticket({ title: 'V1', status: 'CLOSED' });
    await desk.patch(id, { status: 'OPEN' });
    expect(await told(listening)).toEqual({ operation: 'ADDED', node: { title: 'V1' }, previous: null });
    await desk.patch(id, { title: 'V2' });
    expect(await told(listening)).toEqual({
      operation: 'UPDATED',
      node: { title: 'V2' },
      previous: { status: 'OPEN' },
    });
    await desk.patch(id, { status: 'IN_WORK' });
    expect(await told(listening)).toEqual({ operation: 'REMOVED', node: null, previous: { status: 'OPEN' } });
  });

  it('has records come and go by what the caller may see', async () => {
    const { token } = await desk.world.signIn('desk', ['member']);
    const owner = await ownerOf(token);
    const listening = await listen(short, { token });
    const id = await desk.ticket({ title: 'Theirs', owner: 'somebody' });
    await desk.patch(id, { owner });
    expect(await told(listening)).toEqual({ operation: 'ADDED', id, node: { title: 'Theirs' } });
    await desk.patch(id, { owner: 'somebody' });
    expect(await told(listening)).toEqual({ operation: 'REMOVED', id, node: null });
    await desk.patch(id, { title: 'Secret' });
    const own = await desk.ticket({ title: 'Own', owner });
    expect(await told(listening)).toMatchObject({ id: own });
  });

  it('of somebody who is not signed in is that of everybody', async () => {
    const listening = await listen(short, { token: null });
    await desk.ticket({ title: 'Closed', status: 'CLOSED' });
    await desk.ticket({ title: 'Open', status: 'OPEN' });
    expect(await told(listening)).toMatchObject({ operation: 'ADDED', node: { title: 'Open' } });
  });

  it('is of one record by its key, however it is written', async () => {
    const [first, second] = [await desk.ticket({ title: 'One' }), await desk.ticket({ title: 'Two' })];
    const one = await listen('subscription($id: ID) { ticketChanged(id: $id) { id operation } }', {
      variables: { id: first.toUpperCase() },
    });
    const two = await listen('subscription($id: ID) { ticketChanged(id: $id) { id operation } }', {
      variables: { id: second },
    });
    await desk.patch(second, { title: 'Second' });
    await desk.remove(first);
    expect(await told(two)).toEqual({ id: second, operation: 'UPDATED' });
    expect(await told(one)).toEqual({ id: first, operation: 'REMOVED' });
  });

  it('leaves out operations that were not asked for', async () => {
    const listening = await listen('subscription { ticketChanged(operations: [REMOVED]) { id operation } }');
    const id = await desk.ticket({ title: 'Short-lived' });
    await desk.patch(id, { title: 'Still' });
    await desk.remove(id);
    expect(await told(listening)).toEqual({ id, operation: 'REMOVED' });
  });

  it('sees a soft deletion as a removal, and a restoration as an addition', async () => {
    const listening = await listen('subscription { replyChanged { id operation previous { body } } }');
    const created = await desk.write(
      'mutation { createReply(input: {body: "Hm"}) { reply { id } errors { message } } }',
    );
    const { id } = created['reply'] as { id: string };
    expect(await told(listening, 'replyChanged')).toMatchObject({ id, operation: 'ADDED' });
    await desk.write(`mutation { deleteReply(id: "${id}") { reply { id } errors { message } } }`);
    expect(await told(listening, 'replyChanged')).toEqual({
      id,
      operation: 'REMOVED',
      previous: { body: 'Hm' },
    });
    await desk.write(`mutation { restoreReply(id: "${id}") { reply { id } errors { message } } }`);
    expect(await told(listening, 'replyChanged')).toEqual({ id, operation: 'ADDED', previous: null });
  });
});

describe('a subscription', () => {
  const refusal = async (query: string, by?: ListenBy) => {
    try {
      await listen(query, by);
    } catch (error) {
      return error;
    }
    return null;
  };

  it.each([
    ['ticketChanged { nothing }', 400, 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nothing"/],
    ['ticketChanged { id } other: ticketChanged { id }', 400, 'GRAPHQL_VALIDATION_FAILED', /only one/],
    [
      'ticketChanged(where: {replies: {some: {body: {eq: "x"}}}}) { id }',
      400,
      'BAD_USER_INPUT',
      /the record itself/,
    ],
    [
      'ticketChanged(where: {effort: {eq: "many"}}) { id }',
      400,
      'BAD_USER_INPUT',
      /^where\.effort\.eq must be/,
    ],
    ['ticketChanged(id: "seven") { id }', 400, 'BAD_USER_INPUT', /^id is no key/],
    ['ticketChanged(after: "seven") { id }', 400, 'BAD_CURSOR', /no cursor/],
    ['ticketChanged(after: "c2V2ZW4.c2V2ZW4") { id }', 403, 'FORBIDDEN', /not made by this platform/],
  ])('to %s is refused', async (field, status, code, message) => {
    expect(await refusal(`subscription { ${field} }`)).toMatchObject({
      status,
      code,
      message: expect.stringMatching(message),
    });
  });

  it('to what the caller may not read is refused', async () => {
    const { token } = await desk.world.signIn('desk', ['agent']);
    const query = 'subscription { hiddenChanged { id } }';
    expect(await refusal(query, { token })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await refusal(query, { token: null })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});
