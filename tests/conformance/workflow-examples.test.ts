/** The workflows of Rocket's own documents from end to end, as users with the roles that they name, and as others. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../harness/rocket-examples.ts';
import { doneBy, type WorkflowRuns, workflowRuns } from '../harness/workflow-runs.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

const id = (kind: number, n: number) => `${kind}0000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

/** With deadlines that a test can wait for. */
const hasty = (document: unknown): unknown =>
  JSON.parse(JSON.stringify(document).replaceAll(/"timeout":"\d+h"/g, '"timeout":"300ms"'));

type User = Awaited<ReturnType<World['signIn']>>;

describe.skipIf(!HAS_ROCKET_EXAMPLES)(
  'workflows of the examples (skipped where ../shared/rocket-examples is not there)',
  () => {
    let world: World;
    const runs = new Map<string, WorkflowRuns>();
    beforeAll(async () => {
      world = await createWorld();
      const [helpdesk, cms] = [rocketExample('helpdesk-ticketing'), rocketExample('content-management')];
      const documents = { helpdesk, cms, hasty_helpdesk: hasty(helpdesk), hasty_cms: hasty(cms) };
      for (const [app, document] of Object.entries(documents)) {
        expect((await world.importApp(app, document)).errors).toEqual([]);
        runs.set(app, workflowRuns(world, app));
      }
    });
    afterAll(() => world?.dispose());

    const runsOf = (app: string): WorkflowRuns => {
      const found = runs.get(app);
      if (found === undefined) throw new Error(`There is no app ${app}`);
      return found;
    };
    /** The key of what the mutation has made. */
    const made = async (app: string, mutation: string, token = world.adminToken): Promise<string> => {
      const answer = await world.askApp(app, `mutation { it: ${mutation} }`, { token });
      const it = fieldOf<{ record: { id: string } | null }>(answer, 'it');
      if (it.record === null) throw new Error(JSON.stringify(answer));
      return it.record.id;
    };
    const statusOf = async (app: string, field: 'ticket' | 'post', key: string) =>
      fieldOf<{ status: string }>(await world.askApp(app, `{ ${field}(id: "${key}") { status } }`), field)
        .status;

    describe('an urgent ticket', () => {
      const ticket = (app: string, priority: string, token?: string) =>
        made(
          app,
          `createTicket(input: { title: "All is down", description: "d", customerId: "${id(1, 1)}", priority: ${priority} }) { record: ticket { id } errors { message } }`,
          token,
        );
      let agent: User;
      let lead: User;
      beforeAll(async () => {
        agent = await world.signIn('helpdesk', ['agent']);
        lead = await world.signIn('helpdesk', ['team_lead']);
      });

      it('is assigned once a lead of the team approves', async () => {
        const key = await ticket('helpdesk', 'CRITICAL', agent.token);
        const { approval, context } = await runsOf('helpdesk').asks(key);
        expect(context).toEqual({ record_id: key, title: 'All is down' });
        const { decide, reached } = runsOf('helpdesk');
        expect(await decide('approve', approval, agent.token)).toEqual(['FORBIDDEN']);
        expect(await statusOf('helpdesk', 'ticket', key)).toBe('open');
        const pending = `{ pendingApprovals(where: { recordId: { eq: "${key}" } }) { id assigneeRole } }`;
        const seen = async ({ token }: User) => (await world.askApp('helpdesk', pending, { token })).data;
        expect(await seen(lead)).toEqual({
          pendingApprovals: [{ id: approval, assigneeRole: 'team_lead' }],
        });
        expect(await seen(agent)).toEqual({ pendingApprovals: [] });
        expect(await decide('approve', approval, lead.token)).toEqual([]);
        const run = await reached(key, 'COMPLETED');
        expect(doneBy(run)).toEqual(['notify_lead approved', 'assign_senior completed']);
        expect(run.history[0]?.actor).toBe(lead.userId);
        expect(await statusOf('helpdesk', 'ticket', key)).toBe('assigned');
      });

      it('stays open when they reject it', async () => {
        const key = await ticket('helpdesk', 'HIGH', agent.token);
        expect(await runsOf('helpdesk').of(key)).toEqual([]);
        const raised = `updateTicket(id: "${key}", patch: { priority: CRITICAL }) { record: ticket { id } errors { message } }`;
        await made('helpdesk', raised, agent.token);
        const { approval } = await runsOf('helpdesk').asks(key);
        expect(await runsOf('helpdesk').decide('reject', approval, lead.token)).toEqual([]);
        expect(doneBy(await runsOf('helpdesk').reached(key, 'COMPLETED'))).toEqual(['notify_lead rejected']);
        expect(await statusOf('helpdesk', 'ticket', key)).toBe('open');
      });

      it('is assigned when nobody decides', async () => {
        const key = await ticket('hasty_helpdesk', 'CRITICAL');
        expect(doneBy(await runsOf('hasty_helpdesk').reached(key, 'COMPLETED'))).toEqual([
          'notify_lead timed_out',
          'assign_senior completed',
        ]);
        expect(await statusOf('hasty_helpdesk', 'ticket', key)).toBe('assigned');
      });
    });

    describe('a post in review', () => {
      /** Posts begin as drafts. */
      const inReview = async (app: string, token = world.adminToken): Promise<string> => {
        const input = `{ title: "A post ${Math.random()}", body: "b", authorId: "${id(1, 1)}" }`;
        const key = await made(
          app,
          `createPost(input: ${input}) { record: post { id } errors { message } }`,
          token,
        );
        expect(await runsOf(app).of(key)).toEqual([]);
        const review = `transitionPostStatus(id: "${key}", to: "review") { record: post { id } errors { message } }`;
        return await made(app, review, token);
      };
      let author: User;
      let editor: User;
      beforeAll(async () => {
        author = await world.signIn('cms', ['author']);
        editor = await world.signIn('cms', ['editor']);
      });

      it('is published by the approval of an editor, with the time', async () => {
        const key = await inReview('cms', author.token);
        const { approval, context } = await runsOf('cms').asks(key);
        expect(context).toMatchObject({ record_id: key, author_id: id(1, 1) });
        const viewer = await world.signIn('cms', ['viewer']);
        for (const other of [author, viewer])
          expect(await runsOf('cms').decide('approve', approval, other.token)).not.toEqual([]);
        expect(await statusOf('cms', 'post', key)).toBe('review');
        expect(await runsOf('cms').decide('approve', approval, editor.token)).toEqual([]);
        expect(doneBy(await runsOf('cms').reached(key, 'COMPLETED'))).toEqual([
          'editor_review approved',
          'publish completed',
        ]);
        const { data } = await world.askApp('cms', `{ post(id: "${key}") { status publishedAt } }`);
        expect(data?.['post']).toEqual({ status: 'published', publishedAt: expect.any(String) });
      });

      it.each([
        ['cms', 'rejected'],
        ['hasty_cms', 'timed_out'],
      ])('is a draft again in %s when it is %s', async (app, how) => {
        const key = await inReview(app);
        if (how === 'rejected') {
          const { approval } = await runsOf(app).asks(key);
          expect(await runsOf(app).decide('reject', approval, editor.token)).toEqual([]);
        }
        expect(doneBy(await runsOf(app).reached(key, 'COMPLETED'))).toEqual([
          `editor_review ${how}`,
          'back_to_draft completed',
        ]);
        expect(await statusOf(app, 'post', key)).toBe('draft');
      });
    });
  },
);
