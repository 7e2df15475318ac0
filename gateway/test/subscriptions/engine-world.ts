/** The engine on a database, a stream and graphs in memory. */
import { createMetrics } from '@rocket/platform';
import { type ChangeEvent, epoch, type RocketError } from '@rocket/schema';
import { execute, GraphQLError, parse } from 'graphql';
import type { GraphContext } from '../../src/graph-context.ts';
import type { ServedGraph } from '../../src/graphs/served-graph.ts';
import type { GraphqlParameters, GraphqlRequest } from '../../src/http/graphql-request.ts';
import type { Identity } from '../../src/identity/identity.ts';
import { createChangeCursors } from '../../src/subscriptions/change-cursor.ts';
import { createSubscriptions, type SubscriptionParts } from '../../src/subscriptions/subscriptions.ts';
import { CRM, dealKey, GRAPH_KEY, graphOf, logger, SCHEMA, userOf } from './deal-app.ts';
import { pause } from './faked-time.ts';
import { MemoryFeed, placeAt } from './memory-feed.ts';

const INTERNAL_KEY = 'k'.repeat(32);

type Values = NonNullable<ChangeEvent['record']>;
export interface Row {
  readonly values: Values;
  readonly version: number;
}

export class EngineWorld {
  readonly feed = new MemoryFeed();
  readonly rows = new Map<string, Row>();
  readonly replacedListeners = new Set<(key: typeof GRAPH_KEY) => void>();
  graph = graphOf(1);
  opened = 0;
  asked = 0;
  /** Entities that answers with records were read from. */
  reads: readonly string[] = ['deal'];
  /** Called before an answer: takes its time, or throws. */
  onAsk: (context: GraphContext, request: GraphqlRequest) => Promise<void> = () => pause(3);
  revisions = 1;
  readonly subscriptions = createSubscriptions(this.#parts());
  readonly #at = new Map<string, number>();

  subscribe(
    query: string,
    {
      identity = userOf('sales'),
      variables = {},
      after = null,
      signal = new AbortController().signal,
    }: {
      readonly identity?: Identity;
      readonly variables?: Readonly<Record<string, unknown>>;
      readonly after?: string | null;
      readonly signal?: AbortSignal;
    } = {},
  ) {
    const parameters: GraphqlParameters = { query, variables };
    const about = { key: GRAPH_KEY, identity, parameters };
    return this.subscriptions.subscribe({
      ...about,
      lastEventId: after,
      requestId: 'request',
      countedAs: 'caller',
      signal,
    });
  }

  /** A cursor of a subscription without filter. */
  cursors(identity: Identity, id: string | null = null) {
    return createChangeCursors(INTERNAL_KEY).of({
      ...{ app: CRM, entity: 'deal', arguments: [id, null, null], identity },
    });
  }

  cursorAt(position: number, identity: Identity, id: string | null = null): string {
    return this.cursors(identity, id).encode({ place: placeAt(position), row: null });
  }

  /** Changes a record, and publishes that; null deletes it. */
  change(number: number, values: Values | null, entity = 'deal'): ChangeEvent {
    const event = this.commit(number, values, entity);
    this.feed.publish(event);
    return event;
  }

  /** Changes a record; its event comes later. */
  commit(number: number, values: Values | null, entity = 'deal'): ChangeEvent {
    const id = dealKey(number);
    const before = this.rows.get(id);
    const version = values === null ? (before?.version ?? 1) : (before?.version ?? 0) + 1;
    const record = values === null ? null : { id, ...values };
    if (record === null) this.rows.delete(id);
    else this.rows.set(id, { values: record, version });
    const position = (this.#at.get('') ?? 0) + 1;
    this.#at.set('', position);
    return {
      ...{ id: String(position), app: CRM, epoch: epoch(1), lsn: null, entity, key: id, version, record },
      at: `at ${position}`,
      op: record === null ? 'delete' : before === undefined ? 'create' : 'update',
      ...{ actor: null, changed: ['name'], previous: before?.values ?? null, tags: [], omitted: false },
    };
  }

  replace(schema = SCHEMA): void {
    this.revisions += 1;
    this.graph = graphOf(this.revisions, schema);
    for (const listener of this.replacedListeners) listener(GRAPH_KEY);
  }

  #parts(): SubscriptionParts {
    const parts = {
      ...{ logger, metrics: createMetrics(), internalKey: INTERNAL_KEY, introspection: true },
      requestTimeoutMs: 10_000,
      view: { current: { shardMap: { placements: new Map(), shards: new Map() } } },
      graphs: {
        use: async <T>(_: unknown, __: number, use: (graph: ServedGraph) => Promise<T>) => use(this.graph),
        onReplaced: (listener: (key: typeof GRAPH_KEY) => void) => {
          this.replacedListeners.add(listener);
          return () => this.replacedListeners.delete(listener);
        },
      },
      ask: (_: ServedGraph, request: GraphqlRequest, context: GraphContext) => this.#ask(request, context),
      feeds: {
        open: async () => {
          this.opened += 1;
          return { feed: this.feed, release: once(() => (this.opened -= 1)) };
        },
      },
      shards: { call: () => Promise.reject(new Error('no shard is asked')) },
    };
    return parts as unknown as SubscriptionParts;
  }

  async #ask(request: GraphqlRequest, context: GraphContext) {
    this.asked += 1;
    const given = request.given;
    if (given === null) throw new Error('The query is malformed');
    try {
      await this.onAsk(context, request);
    } catch (error) {
      const { message, code } = error as RocketError;
      const told = new GraphQLError(message, { extensions: { code }, path: ['x'] });
      return { status: 200, headers: {}, body: JSON.stringify({ data: null, errors: [told] }) };
    }
    const result = await execute({
      ...{ schema: SCHEMA, document: parse(given.query), variableValues: given.variables ?? {} },
      rootValue: this.#root(context.callerFor(CRM).userId),
    });
    const names = JSON.stringify(result).includes('"changeVersion"') ? this.reads : ['deal'];
    context.facts?.add({
      ...{ at: { app: CRM, epoch: epoch(1) }, kind: 'read', minLsn: undefined },
      answer: {
        ...{ hasErrors: false, lsn: null, json: () => '', result: () => ({}) },
        facts: { kind: 'read', isLasting: true, entities: [...names], tags: [] },
      },
    });
    return { status: 200, headers: {}, body: JSON.stringify(result) };
  }

  #root(reader: string | null) {
    const wanted = ({ where }: { where?: unknown }): object[] => {
      const text = JSON.stringify(where ?? {});
      if (text.includes('isNull')) return [];
      return [...this.rows]
        .filter(([id]) => !text.includes('"id"') || text.includes(id))
        .filter(([, { values }]) => !text.includes('"stage"') || text.includes(`"${values['stage']}"`))
        .map(([id, { values, version }]) => ({ ...values, id, version, note: reader }));
    };
    return {
      deals: wanted,
      dealsConnection: (of: { where?: unknown; first?: number; after?: string }) => {
        const all = wanted(of);
        const from = of.after === undefined ? 0 : Number(of.after);
        const page = all.slice(from, from + (of.first ?? all.length));
        return {
          edges: page.map((node, at) => ({ node, cursor: String(from + at + 1) })),
          pageInfo: { hasNextPage: from + page.length < all.length },
        };
      },
    };
  }
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}
