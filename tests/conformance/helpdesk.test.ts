/** The checks that a compatible engine has to pass on Rocket's helpdesk document; numbers are those of the format. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../harness/rocket-examples.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

const id = (kind: number, n: number) => `${kind}0000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

describe.skipIf(!HAS_ROCKET_EXAMPLES)(
  'helpdesk (skipped where ../shared/rocket-examples is not there)',
  () => {
    let world: World;
    beforeAll(async () => {
      world = await createWorld();
      const { errors } = await world.importApp('helpdesk', rocketExample('helpdesk-ticketing'));
      expect(errors).toEqual([]);
    });
    afterAll(() => world.dispose());

    const ask = (query: string, options?: Parameters<World['askApp']>[2]) =>
      world.askApp('helpdesk', query, options);
    const newTicket = async (more = '') => {
      const { data } = await ask(
        `mutation { createTicket(input: { title: "A new ticket", description: "d", customerId: "${id(1, 1)}" ${more} }) { ticket { id version } errors { message } } }`,
      );
      const created = data?.['createTicket'] as { ticket: { id: string; version: number } } | undefined;
      if (created?.ticket === undefined) throw new Error(JSON.stringify(data));
      return created.ticket;
    };

    it('1: a second import adds nothing and changes nothing', async () => {
      const counts = '{ ticketsConnection { totalCount } responsesConnection { totalCount } }';
      const before = await ask(counts);
      const { data } = await world.importApp('helpdesk', rocketExample('helpdesk-ticketing'));
      expect(data?.['importApp']).toMatchObject({ outcome: 'unchanged', changes: [], rowsInserted: 0 });
      expect((await ask(counts)).data).toEqual(before.data);
    });

    it('2: a ticket without its required fields gets one error for each, in field order', async () => {
      const { data } = await ask(
        'mutation { createTicket(input: {}) { ticket { id } errors { code rule path } } }',
      );
      expect(data?.['createTicket']).toEqual({
        ticket: null,
        errors: ['title', 'description', 'customerId'].map((field) => ({
          code: 'VALIDATION_FAILED',
          rule: 'required',
          path: ['input', field],
        })),
      });
    });

    const REFUSALS = 'ticket { status } errors { code rule path message }';

    it('3: a title that is too short is refused with the message of its rule', async () => {
      const { data } = await ask(
        `mutation { createTicket(input: { title: "hi", description: "d", customerId: "${id(1, 1)}" }) { ${REFUSALS} } }`,
      );
      expect(data?.['createTicket']).toEqual({
        ticket: null,
        errors: [
          {
            code: 'VALIDATION_FAILED',
            rule: 'min_length',
            path: ['input', 'title'],
            message: 'Title must be at least 5 characters',
          },
        ],
      });
    });

    it('4: a new ticket that is closed is refused with the state it has to begin in', async () => {
      const { data } = await ask(
        `mutation { createTicket(input: { title: "A new ticket", description: "d", customerId: "${id(1, 1)}", status: "closed" }) { ${REFUSALS} } }`,
      );
      expect(data?.['createTicket']).toMatchObject({
        ticket: null,
        errors: [
          {
            rule: 'state_machine',
            path: ['input', 'status'],
            message: "Initial state must be 'open', got 'closed'",
          },
        ],
      });
    });

    it('5 and 6: states follow each other as the document says, and "resolved" notes when', async () => {
      const ticket = await newTicket();
      const resolve = () =>
        ask(
          `mutation { updateTicket(id: "${ticket.id}", patch: { status: "resolved" }) { ticket { status resolvedAt } errors { rule path message } } }`,
        );
      expect((await resolve()).data?.['updateTicket']).toMatchObject({
        ticket: null,
        errors: [
          {
            rule: 'state_machine',
            path: ['patch', 'status'],
            message: expect.stringContaining("Invalid transition from 'open' to 'resolved'"),
          },
        ],
      });
      for (const status of ['assigned', 'in_progress']) {
        const moved = await ask(
          `mutation { transitionTicketStatus(id: "${ticket.id}", to: "${status}") { ticket { status } errors { message } } }`,
        );
        expect(moved.data?.['transitionTicketStatus']).toEqual({ ticket: { status }, errors: [] });
      }
      const asked = `{ ticket(id: "${ticket.id}") { statusTransitions { to allowed reason } } }`;
      expect((await ask(asked)).data?.['ticket']).toEqual({
        statusTransitions: ['on_hold', 'resolved'].map((to) => ({ to, allowed: true, reason: null })),
      });
      const { ticket: resolved, errors } = fieldOf<{
        ticket: { status: string; resolvedAt: string };
        errors: unknown[];
      }>(await resolve(), 'updateTicket');
      expect([resolved.status, errors]).toEqual(['resolved', []]);
      expect(Math.abs(Date.now() - Date.parse(resolved.resolvedAt))).toBeLessThan(60_000);
    });

    it('7: the responses of a ticket', async () => {
      const { data } = await ask(`{ ticket(id: "${id(3, 1)}") { responses { id } } }`);
      expect(data?.['ticket']).toEqual({ responses: [1, 2, 3].map((n) => ({ id: id(4, n) })) });
    });

    it('8: the customer of a ticket, and null for an agent that is not set', async () => {
      const { data } = await ask(`{ ticket(id: "${id(3, 4)}") { customer { name } agent { name } } }`);
      expect(data?.['ticket']).toEqual({ customer: { name: 'Maria Garcia' }, agent: null });
    });

    it('9: a customer with tickets is not deleted, and the error says how many there are', async () => {
      const answer = await ask(
        `mutation { deleteCustomer(id: "${id(1, 1)}") { customer { id } errors { code message } } }`,
      );
      expect(answer.data?.['deleteCustomer']).toMatchObject({
        customer: null,
        errors: [{ code: 'CONFLICT' }],
      });
      const { errors } = fieldOf<{ errors: { message: string }[] }>(answer, 'deleteCustomer');
      expect(errors[0]?.message).toMatch(/\d/);
      expect((await ask(`{ customer(id: "${id(1, 1)}") { id } }`)).data).toEqual({
        customer: { id: id(1, 1) },
      });
    });

    it('10: a deleted ticket is gone, and its responses with it', async () => {
      const deleted = await ask(
        `mutation { deleteTicket(id: "${id(3, 3)}") { ticket { title responses { id } } errors { code } } }`,
      );
      expect(deleted.data?.['deleteTicket']).toMatchObject({
        ticket: { title: 'API returns 500 on batch import endpoint', responses: [{}, {}, {}] },
        errors: [],
      });
      const { data } = await ask(
        `{ ticket(id: "${id(3, 3)}") { id } responses(where: { ticketId: { eq: "${id(3, 3)}" } }) { id } }`,
      );
      expect(data).toEqual({ ticket: null, responses: [] });
      const again = await ask(`mutation { deleteTicket(id: "${id(3, 3)}") { errors { code path } } }`);
      expect(again.data?.['deleteTicket']).toEqual({ errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    });

    it('11: tickets of a deleted agent stay, without an agent', async () => {
      const { data } = await ask(`mutation { deleteAgent(id: "${id(2, 3)}") { errors { code } } }`);
      expect(data?.['deleteAgent']).toEqual({ errors: [] });
      const after = await ask(`{ ticket(id: "${id(3, 2)}") { title agentId agent { id } } }`);
      expect(after.data?.['ticket']).toMatchObject({ agentId: null, agent: null });
    });

    it('14: a page larger than allowed is refused, saying what is allowed', async () => {
      const { errors } = await ask('{ tickets(limit: 1000) { id } }');
      expect(errors).toMatchObject([
        { message: 'limit may be at most 200', extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    });

    it('15: filtered, ordered, with an exact total', async () => {
      const answer = await ask(
        '{ ticketsConnection(where: { status: { in: ["open", "assigned"] } }, orderBy: [{ title: DESC }], first: 2) { totalCount nodes { title } } }',
      );
      const { nodes, totalCount } = fieldOf<{ nodes: { title: string }[]; totalCount: number }>(
        answer,
        'ticketsConnection',
      );
      expect(totalCount).toBe(4);
      expect(nodes.map((node) => node.title)).toEqual([
        'Webhook delivery failures since Monday',
        'Password reset emails not arriving',
      ]);
    });

    it('16: what no policy allows is forbidden, for every action', async () => {
      const { token } = await world.signIn('helpdesk', ['customer']);
      const ticket = await newTicket();
      for (const query of [
        '{ customers { id } }',
        `{ customer(id: "${id(1, 1)}") { id } }`,
        `{ ticket(id: "${ticket.id}") { customer { id } } }`,
        `mutation { updateTicket(id: "${ticket.id}", patch: { title: "Changed title" }) { errors { code } } }`,
        `mutation { deleteTicket(id: "${ticket.id}") { errors { code } } }`,
        'mutation { createAgent(input: { name: "x", email: "x@example.org" }) { errors { code } } }',
      ]) {
        const { errors } = await ask(query, { token });
        expect([query, errors.map((error) => error.extensions['code'])]).toEqual([query, ['FORBIDDEN']]);
      }
      expect((await ask(`{ ticket(id: "${ticket.id}") { title } }`, { token })).errors).toEqual([]);
    });

    it('22: the id of a file that is not there is refused at its place', async () => {
      const { data } = await ask(
        `mutation { createResponse(input: { ticketId: "${id(3, 1)}", authorType: AGENT, authorId: "${id(2, 1)}", body: "b", attachment: "${id(9, 9)}" }) { response { id } errors { code path } } }`,
      );
      expect(data?.['createResponse']).toEqual({
        response: null,
        errors: [{ code: 'NOT_FOUND', path: ['input', 'attachment'] }],
      });
    });

    it('a ticket is written with its responses, and faults name the response', async () => {
      const answer = await ask('{ customers(limit: 1) { id } agents(limit: 1) { id } }');
      const [customer] = fieldOf<{ id: string }[]>(answer, 'customers');
      const create = `mutation ($input: TicketCreateInput!) { createTicket(input: $input) {
        ticket { responses(orderBy: [{ body: ASC }]) { body } } errors { code path rule } } }`;
      const input = (...bodies: unknown[]) => ({
        title: 'A title that is long enough',
        description: 'd',
        customerId: customer?.id,
        responses: { data: bodies.map((body) => ({ body, authorType: 'CUSTOMER', authorId: customer?.id })) },
      });
      const good = await ask(create, { variables: { input: input('one', 'two') }, once: true });
      expect(good).toMatchObject({
        errors: [],
        data: { createTicket: { ticket: { responses: [{ body: 'one' }, { body: 'two' }] }, errors: [] } },
      });
      const bad = await ask(create, { variables: { input: input('one', 'two', null) }, once: true });
      expect(bad.data?.['createTicket']).toEqual({
        ticket: null,
        errors: [
          { code: 'VALIDATION_FAILED', path: ['input', 'responses', 'data', '2', 'body'], rule: 'required' },
        ],
      });
    });

    it('a lost update is refused by the expected version', async () => {
      const ticket = await newTicket();
      const update = (title: string) =>
        ask(
          `mutation { updateTicket(id: "${ticket.id}", patch: { title: "${title}" }, expectedVersion: ${ticket.version}) { ticket { title version } errors { code path } } }`,
        );
      expect((await update('first writer')).data?.['updateTicket']).toEqual({
        ticket: { title: 'first writer', version: ticket.version + 1 },
        errors: [],
      });
      expect((await update('second writer')).data?.['updateTicket']).toMatchObject({
        ticket: null,
        errors: [{ code: 'VERSION_CONFLICT' }],
      });
    });

    it('a taken unique value is refused at its field', async () => {
      const { data } = await ask(
        'mutation { createCustomer(input: { name: "Jane", email: "jane@acme.com" }) { customer { id } errors { code path } } }',
      );
      expect(data?.['createCustomer']).toEqual({
        customer: null,
        errors: [{ code: 'UNIQUE_VIOLATION', path: ['input', 'email'] }],
      });
    });

    it('23: a refresh token works once, and its second use ends the session', async () => {
      const credentials = {
        app: world.app('helpdesk'),
        email: 'once@example.org',
        password: 'a-user-password',
      };
      await world.ask(
        '/admin/graphql',
        'mutation($app: ID!, $email: String!, $password: String!) { addUser(app: $app, email: $email, password: $password) { id } }',
        { variables: credentials },
      );
      const post = async (path: string, body: object) => {
        const response = await fetch(`${world.url}/auth/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const json = response.status === 200 ? ((await response.json()) as { refreshToken: string }) : null;
        return { status: response.status, refreshToken: json?.refreshToken };
      };
      const { app } = credentials;
      const first = await post('login', credentials);
      const second = await post('refresh', { app, refreshToken: first.refreshToken });
      expect(second.status).toBe(200);
      expect((await post('refresh', { app, refreshToken: first.refreshToken })).status).toBe(401);
      expect((await post('refresh', { app, refreshToken: second.refreshToken })).status).toBe(401);
    });

    it('24: a platform token acts as admin in any app', async () => {
      const { data, errors } = await ask('{ agents { name } customers(limit: 1) { name } }');
      expect(errors).toEqual([]);
      expect(data?.['customers']).toHaveLength(1);
    });
  },
);
