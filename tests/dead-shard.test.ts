/** A shard that does not answer must neither attract apps nor keep any. */
import { appName, shardName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, fieldOf, type World } from './harness/world.ts';

const DOCUMENT = {
  version: 1,
  entities: [
    {
      name: 'thing',
      table: 'things',
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid', required: true },
        { name: 'price', type: 'decimal', precision: 2 },
      ],
    },
  ],
};
/** Nothing listens there: port 1 is reserved and closed. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/postgres';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.catalog.addShard({
    name: shardName('a-process'),
    databaseUrl: NOWHERE,
    url: 'http://127.0.0.1:1',
  });
  await world.catalog.addShard({ name: shardName('b-nobody'), databaseUrl: NOWHERE, url: null });
});
afterAll(() => world.dispose());

const appNames = async () =>
  fieldOf<{ name: string }[]>(await world.ask('/admin/graphql', '{ apps { name } }'), 'apps').map(
    (app) => app.name,
  );

describe('a dead shard', () => {
  it('is shown as such', async () => {
    const answer = await world.ask('/admin/graphql', '{ shards { name healthy } }');
    expect(fieldOf(answer, 'shards')).toEqual([
      { name: 'a-process', healthy: false },
      { name: 'b-nobody', healthy: false },
      { name: 's1', healthy: true },
      { name: 's2', healthy: true },
    ]);
  });

  it('gets no new app, although it has the fewest', async () => {
    const { errors, data } = await world.importApp('things', DOCUMENT);
    expect(errors).toEqual([]);
    expect(data).toMatchObject({ importApp: { app: { shard: { name: 's1' } } } });
  });

  it.each(['a-process', 'b-nobody'])(
    'refuses an app that is meant for %s, and nothing is left of it',
    async (shard) => {
      const query =
        'mutation($name: ID!, $document: JSON!, $shard: ID) { importApp(name: $name, document: $document, shard: $shard) { outcome } }';
      const variables = { name: world.app('lost'), document: DOCUMENT, shard };
      const { errors } = await world.ask('/admin/graphql', query, { variables });
      expect(errors).toMatchObject([{ extensions: { code: 'SHARD_UNAVAILABLE' } }]);
      expect(await appNames()).not.toContain(world.app('lost'));
    },
  );

  it('does not keep an app that was never activated', async () => {
    const app = appName(world.app('stuck'));
    await world.catalog.createApp({ app, shard: shardName('a-process'), database: 'never_made' });
    const { data } = await world.ask('/admin/graphql', `mutation { removeApp(name: "${app}") { removed } }`);
    expect(data).toEqual({ removeApp: { removed: true } });
    expect(await appNames()).not.toContain(app);
  });

  it('can be removed, and only once', async () => {
    const remove = () => world.ask('/admin/graphql', 'mutation { removeShard(name: "a-process") { apps } }');
    expect((await remove()).data).toEqual({ removeShard: { apps: [] } });
    expect((await remove()).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });
});

describe('a value of the wrong form in the text of an operation', () => {
  it('is the input that is wrong, not the form of the operation', async () => {
    const { errors } = await world.askApp('things', '{ things(where: { price: { gt: "abc" } }) { id } }');
    expect(errors).toMatchObject([{ path: ['things'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('an app whose server is lost', () => {
  const removeApp = (name: string, force: boolean) =>
    world.ask(
      '/admin/graphql',
      'mutation($name: ID!, $force: Boolean!) { removeApp(name: $name, force: $force) { removed leftDatabase } }',
      { variables: { name: world.app(name), force } },
    );
  const removeShard = (name: string, force: boolean) =>
    world.ask(
      '/admin/graphql',
      'mutation($name: ID!, $force: Boolean!) { removeShard(name: $name, force: $force) { apps leftDatabases } }',
      { variables: { name, force } },
    );
  const shardNames = async () => [...(await world.catalog.snapshot()).shardMap.shards.keys()];

  /** An app that was served by a shard, whose process and server are gone now. */
  async function loseApp(name: string, shard: string): Promise<void> {
    const { catalog } = world;
    const app = appName(world.app(name));
    const source = (await catalog.snapshot()).apps.get(appName(world.app('things')));
    if (source === undefined || source.activeRevision === null) throw new Error('there is no such app');
    const { document } = await catalog.revision(source.name, source.activeRevision);
    await catalog.addShard({
      name: shardName(shard),
      databaseUrl: NOWHERE,
      url: 'http://127.0.0.1:1',
    });
    await catalog.createApp({ app, shard: shardName(shard), database: `rocket_${app}` });
    const revision = await catalog.addRevision({ app, document, contentHash: 'lost', createdBy: 'test' });
    await catalog.activateRevision({ app, revision, expectedActive: null, refersTo: [] });
  }

  it('stays until its removal is forced, and the refusal says so', async () => {
    await loseApp('missed', 'c-lost');
    const { errors } = await removeApp('missed', false);
    expect(errors).toMatchObject([
      { extensions: { code: 'SHARD_UNAVAILABLE', hint: expect.stringContaining('--force') } },
    ]);
    expect(await appNames()).toContain(world.app('missed'));
    expect((await removeApp('missed', true)).data).toEqual({
      removeApp: { removed: true, leftDatabase: `rocket_${world.app('missed')}` },
    });
    expect(await appNames()).not.toContain(world.app('missed'));
  });

  it('goes with its shard when that is forced', async () => {
    await loseApp('together', 'd-lost');
    expect((await removeShard('d-lost', false)).errors).toMatchObject([
      {
        message: expect.stringContaining(world.app('together')),
        extensions: { code: 'CONFLICT', hint: expect.stringContaining('--force') },
      },
    ]);
    expect(await shardNames()).toContain('d-lost');
    const app = world.app('together');
    expect((await removeShard('d-lost', true)).data).toEqual({
      removeShard: { apps: [app], leftDatabases: [`rocket_${app}`] },
    });
    expect(await shardNames()).not.toContain('d-lost');
    expect(await appNames()).not.toContain(app);
  });

  it('loses nothing more than that: a forced removal of one that answers drops its database', async () => {
    expect((await world.importApp('alive', DOCUMENT)).errors).toEqual([]);
    expect((await removeApp('alive', true)).data).toEqual({
      removeApp: { removed: true, leftDatabase: null },
    });
  });
});
