/** A world of three shards on one server, and a worker's part of moves. */
import type { MoveChange, MoveRecord } from '@rocket/platform';
import { isMoveOver, type MovePhase, shardName } from '@rocket/schema';
import { createWorld, documentOf, type World } from '../../support/world.ts';

export const NOBODY = '33333333-3333-4333-8333-333333333333';
/** Nothing listens there. */
const CLOSED_PORT = 'http://127.0.0.1:9';
const SOME_HOURS = 3 * 3_600;

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly hint?: string };
  }[];
}

export class MovingWorld {
  readonly world: World;
  readonly token: string;
  #apps = 0;

  constructor(world: World, token: string) {
    this.world = world;
    this.token = token;
  }

  static async create(): Promise<MovingWorld> {
    const world = await createWorld();
    const moving = new MovingWorld(world, await world.platformToken());
    await moving.addShard('s2');
    await moving.addShard('s3');
    return moving;
  }

  /** Served in this process, on the server of the catalog; `silent` by nobody, `lost` without a Postgres. */
  async addShard(name: string, kind: 'served' | 'silent' | 'lost' = 'served'): Promise<void> {
    const { databaseUrl } = await this.world.catalog.shardRegistration(shardName('s1'));
    await this.world.catalog.addShard({
      name: shardName(name),
      databaseUrl: kind === 'lost' ? 'postgres://nobody@127.0.0.1:9/postgres' : databaseUrl,
      url: kind === 'silent' ? CLOSED_PORT : null,
    });
  }

  /** A new app on a shard. */
  async app(shard = 's1'): Promise<string> {
    this.#apps += 1;
    const name = `app_${this.#apps}`;
    const answer = await this.import(name, shard);
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return name;
  }

  async import(name: string, shard: string | null = null): Promise<Answer> {
    return await this.send(
      `mutation ($name: ID!, $document: JSON!, $shard: ID) {
        importApp(name: $name, document: $document, shard: $shard) { outcome }
      }`,
      { name, shard, document: documentOf('customer') },
    );
  }

  async send(query: string, variables: object = {}, token = this.token): Promise<Answer> {
    const response = await fetch(`${this.world.url}/admin/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  /** The only field of the answer. */
  async ask<T>(query: string, variables: object = {}): Promise<T> {
    const { data, errors } = await this.send(query, variables);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return Object.values(data ?? {})[0] as T;
  }

  /** The only error of the answer. */
  async refusal(query: string, variables: object = {}) {
    const { errors = [] } = await this.send(query, variables);
    const [error] = errors;
    return { code: error?.extensions.code, message: error?.message, hint: error?.extensions.hint };
  }

  async move(name: string, to: string): Promise<{ id: string; phase: string }> {
    return await this.ask(`mutation ($name: ID!, $to: ID) { moveApp(name: $name, to: $to) { id phase } }`, {
      ...{ name, to },
    });
  }

  /** Does as a worker what leads to the phase, and gives the move back. */
  async work(app: string, phase: MovePhase): Promise<MoveRecord> {
    const { moves } = this.world.catalog;
    const claimed = await this.#claim(app);
    const lease = { move: claimed.id, term: claimed.term };
    let move = claimed;
    for (const change of changesTo(phase)) move = await moves.advance(lease, change);
    await moves.giveBack(lease, 0);
    return move;
  }

  /** As a worker, which may be given other moves first. */
  async #claim(app: string): Promise<MoveRecord> {
    const { moves } = this.world.catalog;
    const others: MoveRecord[] = [];
    try {
      for (;;) {
        const move = await moves.claim('worker', 60);
        if (move === null) throw new Error(`no move of ${app} can be claimed`);
        if (move.app === app) return move;
        others.push(move);
      }
    } finally {
      for (const { id, term } of others) await moves.giveBack({ move: id, term }, 0);
    }
  }

  /** Undoes every move that is in progress, and lets all shards take apps. */
  async tidy(): Promise<void> {
    const { catalog } = this.world;
    for (const move of await catalog.moves.list({ isOpen: true })) {
      if (move.phase === 'waiting') await catalog.moves.abort(move.id, 'the test is over');
      else if (!isMoveOver(move.phase)) await this.work(move.app, 'aborted');
    }
    for (const name of ['s1', 's2', 's3']) await catalog.setShardState(shardName(name), 'active');
  }

  close(): Promise<void> {
    return this.world.close();
  }
}

function changesTo(phase: MovePhase): readonly MoveChange[] {
  const switched: readonly MoveChange[] = [
    { phase: 'holding', placement: { kind: 'hold' } },
    { phase: 'switched', placement: { kind: 'switch', since: null } },
  ];
  const kept: MoveChange = { phase: 'kept', placement: { kind: 'open' }, keepSeconds: SOME_HOURS };
  if (phase === 'switched') return switched;
  if (phase === 'kept') return [...switched, kept];
  if (phase === 'done') return [...switched, { ...kept, keepSeconds: -SOME_HOURS }, { phase: 'done' }];
  return [{ phase }];
}
