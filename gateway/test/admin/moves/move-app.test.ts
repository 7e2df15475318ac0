/** Moves in the admin API: requested, shown, aborted, taken back; and what they are in the way of. */
import { appName, shardName } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN, documentOf } from '../../support/world.ts';
import { MovingWorld, NOBODY } from './moving-world.ts';

let world: MovingWorld;
let app: string;
beforeAll(async () => {
  world = await MovingWorld.create();
  await world.addShard('silent', 'silent');
  await world.addShard('lost', 'lost');
});
beforeEach(async () => {
  app = await world.app();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

const MOVE =
  'mutation ($name: ID!, $to: ID, $back: Boolean! = false) { moveApp(name: $name, to: $to, back: $back) { id from to phase isBack } }';
const ABORT = 'mutation ($app: ID!) { abortMove(app: $app) { phase problem isOver } }';
const REMOVE =
  'mutation ($name: ID!, $force: Boolean! = false) { removeApp(name: $name, force: $force) { removed } }';
const REMOVE_SHARD =
  'mutation ($name: ID!, $force: Boolean! = false) { removeShard(name: $name, force: $force) { apps } }';

describe('a move', () => {
  it('is requested, and shown with its steps', async () => {
    const requested = await world.ask<{ id: string }>(MOVE, { name: app, to: 's2' });
    expect(requested).toEqual({
      id: expect.any(String),
      from: 's1',
      to: 's2',
      phase: 'waiting',
      isBack: false,
    });
    await world.work(app, 'copying');
    const shown = await world.ask(
      `query ($id: ID!) { move(id: $id) {
        app from to phase text isOver isBack requestedBy requestedAt problem mover rowsDone overAt keptUntil
        steps { phase mover note at }
      } }`,
      { id: requested.id.toUpperCase() },
    );
    expect(shown).toEqual({
      ...{
        app,
        from: 's1',
        to: 's2',
        phase: 'copying',
        text: 'rows are copied',
        isOver: false,
        isBack: false,
      },
      ...{ requestedBy: ADMIN.email, requestedAt: expect.stringMatching(/Z$/), problem: null, mover: null },
      ...{ rowsDone: null, overAt: null, keptUntil: null },
      steps: [
        { phase: 'waiting', mover: null, note: null, at: expect.any(String) },
        { phase: 'waiting', mover: 'worker', note: 'taken over', at: expect.any(String) },
        { phase: 'copying', mover: 'worker', note: null, at: expect.any(String) },
      ],
    });
    expect((await world.world.catalog.moves.get(requested.id))?.target.database).toMatch(/-[0-9a-f]{6}$/);
  });

  it('is listed, the newest first, of one app and in progress only', async () => {
    await world.move(app, 's2');
    await world.work(app, 'aborted');
    await world.move(app, 's3');
    const list = (variables: object) =>
      world.ask(
        'query ($app: ID, $open: Boolean! = false, $limit: Int! = 100) { moves(app: $app, open: $open, limit: $limit) { to phase } }',
        variables,
      );
    expect(await list({ app })).toEqual([
      { to: 's3', phase: 'waiting' },
      { to: 's2', phase: 'aborted' },
    ]);
    expect(await list({ app, open: true })).toEqual([{ to: 's3', phase: 'waiting' }]);
    expect(await list({ limit: 1 })).toEqual([{ to: 's3', phase: 'waiting' }]);
    for (const limit of [0, 1_001]) {
      expect(
        await world.refusal('query ($limit: Int!) { moves(limit: $limit) { id } }', { limit }),
      ).toMatchObject({
        code: 'BAD_USER_INPUT',
      });
    }
    for (const id of [NOBODY, 'one']) {
      expect(await world.ask('query ($id: ID!) { move(id: $id) { id } }', { id })).toBeNull();
    }
  });

  it.each([
    ['BAD_REQUEST', 'one of them', {}],
    ['BAD_REQUEST', 'one of them', { to: 's2', back: true }],
    ['APP_NOT_FOUND', 'gone', { name: 'gone', to: 's2' }],
    ['NOT_FOUND', 's9', { to: 's9' }],
    ['CONFLICT', 'on shard s1 already', { to: 's1' }],
    ['SHARD_UNAVAILABLE', 'Shard silent does not answer; nothing was moved', { to: 'silent' }],
    ['SHARD_UNAVAILABLE', 'The Postgres of shard lost does not answer; nothing was moved', { to: 'lost' }],
    ['CONFLICT', 'nothing to go back to', { back: true }],
  ])('is refused with %s: %s', async (code, message, variables) => {
    const refusal = await world.refusal(MOVE, { name: app, ...variables });
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await world.world.catalog.moves.list({ app: appName(app) })).toEqual([]);
  });

  it('is refused to a shard that is drained, of an app that moves, and of one without a document', async () => {
    const { catalog } = world.world;
    await catalog.setShardState(shardName('s2'), 'draining');
    expect(await world.refusal(MOVE, { name: app, to: 's2' })).toMatchObject({
      ...{ code: 'CONFLICT', hint: expect.stringContaining('drain s2 --cancel') },
    });
    await world.move(app, 's3');
    expect(await world.refusal(MOVE, { name: app, to: 's3' })).toMatchObject({
      ...{ code: 'CONFLICT', message: expect.stringContaining('being moved already') },
    });
    const bare = appName('bare');
    await catalog.createApp({ app: bare, shard: shardName('s1'), database: 'rocket_bare' });
    expect(await world.refusal(MOVE, { name: bare, to: 's3' })).toMatchObject({
      ...{ code: 'CONFLICT', message: expect.stringContaining('no active document') },
    });
    await catalog.removeApp(bare);
  });

  it('is aborted by its app, as long as it is not decided', async () => {
    expect(await world.refusal(ABORT, { app })).toMatchObject({ code: 'NOT_FOUND' });
    await world.move(app, 's2');
    expect(await world.ask(ABORT, { app })).toEqual({ phase: 'aborted', problem: null, isOver: true });
    const { id } = await world.move(app, 's2');
    await world.work(app, 'copying');
    expect(await world.ask(ABORT, { app })).toMatchObject({ phase: 'copying', isOver: false });
    expect(await world.world.catalog.moves.get(id)).toMatchObject({
      abortReason: `aborted by ${ADMIN.email}`,
    });
    await world.work(app, 'aborted');
    await world.move(app, 's2');
    await world.work(app, 'switched');
    expect(await world.refusal(ABORT, { app })).toMatchObject({ code: 'INVALID_STATE' });
    const move = await world.world.catalog.moves.claim('worker', 60);
    if (move === null) throw new Error('there is no move');
    await world.world.catalog.moves.advance(
      { move: move.id, term: move.term },
      { phase: 'kept', placement: { kind: 'open' }, keepSeconds: 60 },
    );
  });

  it('is taken back as long as the former database is kept', async () => {
    const { catalog } = world.world;
    const { id } = await world.move(app, 's2');
    const { source } = await world.work(app, 'kept');
    expect(await world.ask(MOVE, { name: app, back: true })).toMatchObject({
      ...{ from: 's2', to: 's1', isBack: true },
    });
    const [back] = await catalog.moves.list({ app: appName(app) });
    expect(back).toMatchObject({ backOf: id, target: source });
    await world.work(app, 'kept');
    expect((await catalog.moves.get(id))?.phase).toBe('returned');
    // Where it was in between is kept now.
    expect(await world.ask(MOVE, { name: app, back: true })).toMatchObject({ from: 's1', to: 's2' });
  });

  it('is not taken back later, which says until when that was possible', async () => {
    await world.move(app, 's2');
    const { keptUntil } = await world.work(app, 'done');
    expect(await world.refusal(MOVE, { name: app, back: true })).toEqual({
      code: 'CONFLICT',
      message: expect.stringContaining(`kept until ${keptUntil?.toISOString()}`),
      hint: expect.stringContaining(`rocket app move ${app} --to s1`),
    });
  });
});

describe('while an app is moved', () => {
  beforeEach(async () => {
    await world.move(app, 's2');
    await world.work(app, 'copying');
  });

  it('it is not imported, not even unchanged', async () => {
    const revisions = () => world.world.catalog.pendingRevisions();
    const { errors } = await world.send(
      'mutation ($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }',
      { name: app, document: documentOf('person') },
    );
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('copying (rows are copied); nothing was changed'),
      extensions: { code: 'CONFLICT', hint: expect.stringContaining(`rocket app move ${app} --abort`) },
    });
    expect(await revisions()).toEqual([]);
    expect((await world.import(app)).errors?.[0]?.extensions.code).toBe('CONFLICT');
    await world.work(app, 'aborted');
    expect((await world.import(app)).data).toEqual({ importApp: { outcome: 'unchanged' } });
  });

  it('it is removed by force only, which has the move undone', async () => {
    expect(await world.refusal(REMOVE, { name: app })).toMatchObject({
      ...{ code: 'CONFLICT', hint: expect.stringContaining('--abort') },
    });
    expect(await world.ask(REMOVE, { name: app, force: true })).toEqual({ removed: true });
    const [move] = await world.world.catalog.moves.list({ isOpen: true });
    expect(move).toMatchObject({ app, abortReason: 'the app is removed by force' });
  });
});

describe('a shard', () => {
  let shard: string;
  let made = 0;
  beforeEach(async () => {
    made += 1;
    shard = `extra${made}`;
    await world.addShard(shard);
  });

  it('is not removed while an app is moved to it, by force neither', async () => {
    await world.move(app, shard);
    for (const force of [false, true]) {
      expect(await world.refusal(REMOVE_SHARD, { name: shard, force })).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(`App ${app} is being moved from shard s1`),
        hint: expect.stringContaining('--abort'),
      });
    }
    await world.ask(ABORT, { app });
    expect(await world.ask(REMOVE_SHARD, { name: shard })).toEqual({ apps: [] });
  });

  it('is removed by force with apps that are moved from it', async () => {
    const lost = await world.app(shard);
    await world.move(lost, 's2');
    expect(await world.refusal(REMOVE_SHARD, { name: shard })).toMatchObject({ code: 'CONFLICT' });
    expect(await world.ask(REMOVE_SHARD, { name: shard, force: true })).toEqual({ apps: [lost] });
    const [move] = await world.world.catalog.moves.list({ app: appName(lost) });
    expect(move?.phase).toBe('aborted');
  });

  it('is not removed while an app that has left it is not open on its target', async () => {
    const leaving = await world.app(shard);
    await world.move(leaving, 's2');
    await world.work(leaving, 'switched');
    for (const force of [false, true]) {
      const refusal = await world.refusal(REMOVE_SHARD, { name: shard, force });
      expect(refusal).toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('it is on shard s2 now'),
      });
      expect(refusal.hint).not.toContain('--abort');
    }
    const move = await world.world.catalog.moves.claim('worker', 60);
    if (move === null) throw new Error('there is no move');
    await world.world.catalog.moves.advance(
      { move: move.id, term: move.term },
      { phase: 'kept', placement: { kind: 'open' }, keepSeconds: 60 },
    );
  });

  it('that keeps a former database is removed by force only', async () => {
    const left = await world.app(shard);
    await world.move(left, 's2');
    const { keptUntil } = await world.work(left, 'kept');
    expect(await world.refusal(REMOVE_SHARD, { name: shard })).toMatchObject({
      ...{ code: 'CONFLICT', hint: expect.stringContaining('--force') },
      message: expect.stringContaining(`${left} (until ${keptUntil?.toISOString()})`),
    });
    expect(await world.ask(REMOVE_SHARD, { name: shard, force: true })).toEqual({ apps: [] });
  });

  it('that is drained gets no new app, even by its name', async () => {
    await world.world.catalog.setShardState(shardName('s2'), 'draining');
    const { errors } = await world.import('fresh', 's2');
    expect(errors?.[0]).toMatchObject({
      extensions: { code: 'CONFLICT', hint: expect.stringContaining('rocket shard drain s2 --cancel') },
    });
    expect((await world.world.catalog.snapshot()).apps.has(appName('fresh'))).toBe(false);
  });
});
