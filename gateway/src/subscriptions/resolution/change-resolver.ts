/** Resolves changes for callers who see the same: reads the records that they name, once for all of those callers. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ChangeEvent,
  type EntityModel,
  inputTimestamp,
  laterLsn,
  publicPrevious,
  RocketError,
} from '@rocket/schema';
import DataLoader from 'dataloader';
import type { ReadRule } from '../../access/read-rule.ts';
import type { FedChange } from '../../changes/change-feed.ts';
import type { SeeSame } from '../delivery/member-set.ts';
import type { ChangeOperation } from '../entity-view.ts';
import { changedFieldNames, type ResolvedChange } from '../operation/change-payload.ts';
import type { AtLeast, ReadFor } from './ask-graph.ts';
import type { NodeReader, ReadNode } from './node-reader.ts';
import { retried } from './retried.ts';

/** A change, and what it is for those who see it. */
export interface SeenChange {
  readonly change: FedChange;
  readonly operation: ChangeOperation;
}

export interface ResolverParts {
  readonly reader: NodeReader;
  readonly entity: EntityModel;
  readonly wantsPrevious: boolean;
  /** What the records were read from; null where that was not told. */
  readonly onRead: (rule: ReadRule | null) => Promise<void>;
  /** Records were read, once for all who see the same. */
  readonly onResolved: (records: number) => void;
  readonly seeSame: SeeSame;
  /** Runs work when few others of the gateway run. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A batch of reads is not larger, so that one record that is costly to read holds up few others. */
const MAX_BATCH = 50;
/** Reads that see an older record than its event tells. */
const MAX_STALE_READS = 5;
const STALE_PAUSE_MS = 50;

/** What has to be read of one record. */
interface Wanted {
  readonly key: string;
  /** The read has to see this version, or a later one. */
  readonly version: number;
  readonly atLeast: AtLeast | null;
  readonly of: ReadFor;
}

export class ChangeResolver {
  readonly #parts: ResolverParts;
  readonly #loader: DataLoader<Wanted, ReadNode | null>;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
    this.#loader = new DataLoader((wanted) => this.#load(wanted), {
      cache: false,
      maxBatchSize: Math.min(MAX_BATCH, parts.entity.maxPageSize),
      batchScheduleFn: setImmediate,
    });
  }

  /**
   * In the same order; null for a change that is not told, as the record has changed since in a way that says more: a
   * later change tells that.
   * @throws RocketError when reading has failed for long, or cannot succeed; GraphReplaced
   */
  async resolve(seen: readonly SeenChange[], of: ReadFor): Promise<readonly (ResolvedChange | null)[]> {
    const wanted = new Map<string, Wanted>();
    for (const { change } of seen) {
      const { event } = change;
      wanted.set(event.key, wantedOf(event, of, wanted.get(event.key)));
    }
    const nodes = await Promise.all([...wanted.values()].map((each) => this.#loader.load(each)));
    const byKey = new Map([...wanted.keys()].map((key, at) => [key, nodes[at] ?? null]));
    return seen.map((one) => this.#resolved(one, byKey.get(one.change.event.key) ?? null));
  }

  #resolved({ change: { event }, operation }: SeenChange, node: ReadNode | null): ResolvedChange | null {
    const { entity, wantsPrevious } = this.#parts;
    const isRemoved = operation === 'REMOVED';
    // The record as it is now decides: whoever folds changes ends with what they may see. Where it cannot be read, the
    // change does.
    if (isRemoved !== (node === null) && node?.isFailed !== true) return null;
    const hasSeen = operation !== 'ADDED' && event.previous !== null;
    return {
      ...{ operation, id: event.key, snapshot: false },
      // Postgres' form has microseconds and another offset than times of the API.
      at: inputTimestamp(event.at) ?? event.at,
      nodes: isRemoved ? null : (node?.nodes ?? null),
      previous: wantsPrevious && hasSeen ? publicPrevious(entity, event) : null,
      changedFields: changedFieldNames(entity, event.changed),
      errors: isRemoved ? [] : (node?.errors ?? []),
    };
  }

  async #load(wanted: readonly Wanted[]): Promise<readonly (ReadNode | null)[]> {
    try {
      const nodes = await retried(() => this.#parts.inTurn(() => this.#readFresh(wanted)));
      return await this.#eachTheirOwn(wanted, nodes);
    } catch (error) {
      // A record that takes too long each time must not hold up those behind it for ever.
      if (!(error instanceof RocketError) || (error.retryable && error.code !== 'DEADLINE_EXCEEDED'))
        throw error;
      return await this.#loadApart(wanted, error);
    }
  }

  /** What was read for the first is not for those of whom the answer shows that they see something else. */
  async #eachTheirOwn(
    wanted: readonly Wanted[],
    nodes: readonly (ReadNode | null)[],
  ): Promise<readonly (ReadNode | null)[]> {
    const [first] = wanted;
    const others = wanted.filter(({ of }) => first !== undefined && !this.#parts.seeSame(first.of, of));
    if (others.length === 0) return nodes;
    const own = await this.#load(others);
    return wanted.map((one, at) => (others.includes(one) ? own[others.indexOf(one)] : nodes[at]) ?? null);
  }

  async #readFresh(wanted: readonly Wanted[]): Promise<readonly (ReadNode | null)[]> {
    for (let reads = 1; ; reads += 1) {
      const nodes = await this.#read(wanted);
      const isStale = nodes.some((node, at) => node !== null && node.version < (wanted[at]?.version ?? 0));
      // A record that was deleted and made again begins with a low version.
      if (!isStale || reads > MAX_STALE_READS) return nodes;
      await delay(STALE_PAUSE_MS);
    }
  }

  /** One record may be too much to read; the others are told all the same, and that one with its error. */
  async #loadApart(wanted: readonly Wanted[], error: RocketError): Promise<readonly (ReadNode | null)[]> {
    if (wanted.length > 1) return (await Promise.all(wanted.map((one) => this.#load([one])))).flat();
    const { code, message, retryable, details } = error;
    if (code === 'FORBIDDEN' || code === 'UNAUTHENTICATED') throw error;
    return wanted.map(({ key, version }) => ({
      ...{ key, version, nodes: [], isFailed: true },
      errors: [{ selection: 0, path: [], error: { message, extensions: { ...details, code, retryable } } }],
    }));
  }

  async #read(wanted: readonly Wanted[]): Promise<readonly (ReadNode | null)[]> {
    const [first] = wanted;
    if (first === undefined) return [];
    const atLeast = wanted.reduce<AtLeast | null>((last, { atLeast: own }) => laterPlace(last, own), null);
    const keys = [...new Set(wanted.map(({ key }) => key))];
    const { byKey, rule } = await this.#parts.reader.byKey(keys, first.of, atLeast);
    this.#parts.onResolved(keys.length);
    await this.#parts.onRead(rule);
    return wanted.map(({ key }) => byKey.get(key) ?? null);
  }
}

/** Of several changes of one record the last decides. */
function wantedOf(event: ChangeEvent, of: ReadFor, before: Wanted | undefined): Wanted {
  const { app, epoch, key, lsn } = event;
  const atLeast = laterPlace(before?.atLeast ?? null, lsn === null ? null : { app, epoch, lsn });
  const version = event.op === 'delete' ? 0 : event.version;
  return { key, version: Math.max(version, before?.version ?? 0), atLeast, of };
}

function laterPlace(a: AtLeast | null, b: AtLeast | null): AtLeast | null {
  if (a === null || b === null) return a ?? b;
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b;
  return { ...a, lsn: laterLsn(a.lsn, b.lsn) ?? a.lsn };
}
