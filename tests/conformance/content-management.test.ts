/** The checks on Rocket's content management document: slugs, join tables in both directions, conditions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../harness/rocket-examples.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

const id = (kind: number, n: number) => `${kind}0000000-0000-0000-0000-${String(n).padStart(12, '0')}`;

describe.skipIf(!HAS_ROCKET_EXAMPLES)(
  'content management (skipped where ../shared/rocket-examples is not there)',
  () => {
    let world: World;
    beforeAll(async () => {
      world = await createWorld();
      expect((await world.importApp('cms', rocketExample('content-management'))).errors).toEqual([]);
    });
    afterAll(() => world.dispose());
    const ask = (query: string, options?: Parameters<World['askApp']>[2]) =>
      world.askApp('cms', query, options);

    it('7 and 26: join tables lead both ways', async () => {
      const answer = await ask(
        `{ post(id: "${id(4, 1)}") { title tags { name posts { id } } author { name } category { name } } }`,
      );
      expect(answer.errors).toEqual([]);
      const post = fieldOf<{ tags: { posts: { id: string }[] }[] }>(answer, 'post');
      expect(post.tags.length).toBeGreaterThan(0);
      for (const tag of post.tags) expect(tag.posts).toContainEqual({ id: id(4, 1) });
    });

    it('3: a slug that is given has to fit its pattern, and a title its length', async () => {
      const { data } = await ask(
        `mutation { createPost(input: { title: "ab", slug: "Not A Slug", body: "b", authorId: "${id(1, 1)}" }) { post { id } errors { rule path message } } }`,
      );
      expect(data?.['createPost']).toEqual({
        post: null,
        errors: [
          { rule: 'min_length', path: ['input', 'title'], message: 'Title must be at least 3 characters' },
          {
            rule: 'pattern',
            path: ['input', 'slug'],
            message: 'Slug must be lowercase with hyphens only (e.g. my-post-title)',
          },
        ],
      });
    });

    it('authors write posts, although no permission lets them read authors', async () => {
      const { token } = await world.signIn('cms', ['author']);
      const create = (author: string) =>
        ask(
          `mutation { createPost(input: { title: "Of an author", body: "b", authorId: "${author}" }) { post { status } errors { code path } } }`,
          { token },
        );
      expect((await create(id(1, 1))).data?.['createPost']).toEqual({
        post: { status: 'draft' },
        errors: [],
      });
      expect((await create(id(9, 9))).data?.['createPost']).toEqual({
        post: null,
        errors: [{ code: 'REFERENCE_NOT_FOUND', path: ['input', 'authorId'] }],
      });
    });

    it('4 to 6: a post is a draft, then reviewed, and published by an editor alone', async () => {
      const post = 'post { id status publishedAt } errors { code rule path }';
      const create = (status: string) =>
        ask(
          `mutation { createPost(input: { title: "States", body: "b", authorId: "${id(1, 1)}" ${status} }) { ${post} } }`,
        );
      expect((await create('status: "published"')).data?.['createPost']).toMatchObject({
        post: null,
        errors: [{ rule: 'state_machine', path: ['input', 'status'] }],
      });
      const { post: draft } = fieldOf<{ post: { id: string } }>(await create(''), 'createPost');
      const author = await world.signIn('cms', ['author']);
      const editor = await world.signIn('cms', ['editor']);
      const move = async (to: string, { token }: { token: string }) =>
        (
          await ask(`mutation { transitionPostStatus(id: "${draft.id}", to: "${to}") { ${post} } }`, {
            token,
          })
        ).data?.['transitionPostStatus'];
      expect(await move('published', editor)).toMatchObject({
        post: null,
        errors: [{ code: 'VALIDATION_FAILED', rule: 'state_machine', path: ['to'] }],
      });
      expect(await move('review', author)).toMatchObject({ post: { status: 'review', publishedAt: null } });
      expect(await move('published', author)).toMatchObject({
        errors: [{ code: 'FORBIDDEN', rule: 'state_machine', path: ['to'] }],
      });
      const { data } = await ask(
        `{ post(id: "${draft.id}") { statusTransitions { to allowed reason } } }`,
        author,
      );
      expect(data?.['post']).toEqual({
        statusTransitions: [
          { to: 'draft', allowed: true, reason: null },
          { to: 'published', allowed: false, reason: "Only editor, admin may change status to 'published'" },
        ],
      });
      expect(await move('published', editor)).toMatchObject({
        post: { status: 'published', publishedAt: expect.any(String) },
      });
    });

    it('13: one title twice gives two slugs, and a record is found by its slug', async () => {
      const create = `mutation { createPost(input: { title: "One Title, Twice!", body: "b", authorId: "${id(1, 1)}" }) { post { slug } errors { message path } } }`;
      expect((await ask(create)).data?.['createPost']).toEqual({
        post: { slug: 'one-title-twice' },
        errors: [],
      });
      expect((await ask(create)).data?.['createPost']).toEqual({
        post: { slug: 'one-title-twice-2' },
        errors: [],
      });
      const { data } = await ask(
        '{ postBy(key: { slug: "one-title-twice-2" }) { title } none: postBy(key: { slug: "nobody" }) { title } }',
      );
      expect(data).toEqual({ postBy: { title: 'One Title, Twice!' }, none: null });
    });

    it('12: links of a post are changed, added to, and replaced', async () => {
      const [a, b, c] = [id(3, 1), id(3, 2), id(3, 3)];
      const links = async (tags: string) => {
        const answer = await ask(
          `mutation { updatePost(id: "${id(4, 2)}", patch: { tags: ${tags} }) { post { tags { id } } errors { code path } } }`,
          { once: true },
        );
        const payload = fieldOf<{ post: { tags: { id: string }[] } | null; errors: unknown[] }>(
          answer,
          'updatePost',
        );
        return payload.post?.tags.map((tag) => tag.id).sort() ?? payload.errors;
      };
      expect(await links(`{ mode: REPLACE, data: [{ id: "${a}" }, { id: "${b}" }] }`)).toEqual([a, b]);
      expect(await links(`{ data: [{ id: "${a}", delete: true }, { id: "${c}" }] }`)).toEqual([b, c]);
      expect(await links(`{ mode: APPEND, data: [{ id: "${a}" }, { id: "${b}" }] }`)).toEqual([a, b, c]);
      expect(await links(`{ remove: ["${b}"], add: "${a}" }`)).toEqual([a, c]);
      expect(await links(`{ add: ["${id(3, 999)}"] }`)).toEqual([
        { code: 'REFERENCE_NOT_FOUND', path: ['patch', 'tags', 'add', '0'] },
      ]);
    });

    it('an entity whose word has no plural has two fields all the same', async () => {
      const { data, errors } = await ask('{ mediaList { id } media(id: "x") { id } }');
      expect({ data, errors }).toEqual({ data: { mediaList: [], media: null }, errors: [] });
    });
  },
);

const CONDITIONS = {
  version: 1,
  entities: [
    {
      name: 'note',
      table: 'notes',
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid', required: true },
        { name: 'text', type: 'string', required: true },
        { name: 'state', type: 'string', enum: ['open', 'closed'], default: 'open' },
        { name: 'owner_id', type: 'uuid' },
      ],
    },
  ],
  permissions: [
    {
      entity: 'note',
      action: 'read',
      roles: ['clerk'],
      conditions: [{ field: 'state', operator: 'eq', value: 'open' }],
    },
    {
      entity: 'note',
      action: 'read',
      roles: ['owner'],
      conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'note',
      action: 'create',
      roles: ['owner'],
      conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'note',
      action: 'update',
      roles: ['owner'],
      conditions: [{ field: 'owner_id', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'note',
      action: 'update',
      roles: ['clerk'],
      conditions: [{ field: 'state', operator: 'in', value: ['open'] }],
    },
  ],
  sample_data: {
    note: [
      { text: 'one', state: 'open' },
      { text: 'two', state: 'closed' },
      { text: 'three', state: 'open' },
    ],
  },
};

describe('conditions of policies', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    expect((await world.importApp('notes', CONDITIONS)).errors).toEqual([]);
  });
  afterAll(() => world.dispose());
  const ask = (query: string, token: string) => world.askApp('notes', query, { token });
  const create = (fields: string) =>
    `mutation { createNote(input: { ${fields} }) { note { id text } errors { code } } }`;

  it('17: decide about lists, counts, and single records alike', async () => {
    const { token } = await world.signIn('notes', ['clerk']);
    const closed = await world.askApp('notes', '{ notes(where: { text: { eq: "two" } }) { id } }');
    const [hidden] = (closed.data?.['notes'] ?? []) as { id: string }[];
    const { data } = await ask(
      `{ notesConnection { totalCount nodes { text } } note(id: "${hidden?.id}") { id } }`,
      token,
    );
    expect(data?.['note']).toBeNull();
    expect(data?.['notesConnection']).toMatchObject({ totalCount: 2 });
  });

  it('hold for the record that a create would leave', async () => {
    const { token, userId } = await world.signIn('notes', ['owner']);
    const own = await ask(create(`text: "mine", ownerId: "${userId}"`), token);
    expect(own.data?.['createNote']).toMatchObject({ note: { text: 'mine' }, errors: [] });
    const foreign = await ask(create('text: "theirs"'), token);
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const all = await world.askApp(
      'notes',
      '{ notesConnection(where: { text: { eq: "theirs" } }) { totalCount } }',
    );
    expect(all.data?.['notesConnection']).toEqual({ totalCount: 0 });
  });

  it('hold before and after an update: nobody moves a record out of their own scope', async () => {
    const { token } = await world.signIn('notes', ['clerk']);
    const open = await ask('{ notes(where: { text: { eq: "three" } }) { id } }', token);
    const [note] = (open.data?.['notes'] ?? []) as { id: string }[];
    const update = (patch: string) =>
      ask(
        `mutation { updateNote(id: "${note?.id}", patch: { ${patch} }) { note { text } errors { code } } }`,
        token,
      );
    expect((await update('text: "3"')).data?.['updateNote']).toEqual({ note: { text: '3' }, errors: [] });
    expect((await update('state: CLOSED')).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await update('text: "4"')).data?.['updateNote']).toEqual({ note: { text: '4' }, errors: [] });
  });
});
