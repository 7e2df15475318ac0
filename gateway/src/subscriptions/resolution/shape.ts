/** Subscriptions that ask for the same of one graph, in groups of callers who see the same. */
import type { Logger } from '@rocket/platform';
import type { ReadRule } from '../../access/read-rule.ts';
import type { ChangeFeed } from '../../changes/change-feed.ts';
import { callerFor, type Identity } from '../../identity/identity.ts';
import { Cohort } from '../delivery/cohort.ts';
import type { Member } from '../delivery/member.ts';
import type { SeeSame } from '../delivery/member-set.ts';
import type { AskingParts, ReadFor } from './ask-graph.ts';
import { ChangeResolver } from './change-resolver.ts';
import { createNodeReader, type NodeReader } from './node-reader.ts';
import { type SubscriptionPlan, viewOf } from './plan-subscription.ts';
import type { StoredChanges } from './stored-changes.ts';
import { scopesOf } from './subscribed-graph.ts';

export interface ShapeParts {
  readonly asking: AskingParts;
  readonly stored: StoredChanges;
  readonly logger: Logger;
  /** Runs a read when few others of the gateway run. */
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>;
  /** Records were read, once for all who see the same. */
  readonly onResolved: (records: number) => void;
  /** They go on in the graph as it is now, behind their points. */
  readonly onReplaced: (members: readonly Member[]) => void;
}

export class Shape {
  readonly plan: SubscriptionPlan;
  readonly feed: ChangeFeed;
  readonly reader: NodeReader;
  readonly #parts: ShapeParts;
  /** Whose rights count for what is read: null until that is known, or where it cannot be told. */
  #rule: ReadRule | null = null;
  /** It has once not been told what was read, so that nobody shares with another user. */
  #isUntold = false;
  #cohorts = new Map<string, Cohort>();
  readonly #cohortOf = new Map<Member, Cohort>();
  #probing: Promise<void> | null = null;

  constructor(plan: SubscriptionPlan, feed: ChangeFeed, parts: ShapeParts) {
    this.plan = plan;
    this.feed = feed;
    this.#parts = parts;
    this.reader = inTurns(createNodeReader(plan.querying, parts.asking), parts.inTurn);
  }

  /**
   * Finds out which callers may share what is read, and whether it can be read at all.
   * @throws RocketError, GraphReplaced as the reader
   */
  async ready(of: ReadFor): Promise<void> {
    this.#probing ??= this.reader.probe(of).then((rule) => this.#learn(rule));
    const probing = this.#probing;
    try {
      await probing;
    } catch (error) {
      if (this.#probing === probing) this.#probing = null;
      throw error;
    }
  }

  /** @throws RocketError for who may read no record */
  add(member: Member): void {
    const key = this.#cohortKey(member.identity);
    const cohort = this.#cohorts.get(key) ?? this.#newCohort(member.identity);
    this.#cohorts.set(key, cohort);
    this.#cohortOf.set(member, cohort);
    cohort.add(member);
  }

  leave(member: Member): void {
    const cohort = this.#cohortOf.get(member);
    if (cohort === undefined) return;
    this.#cohortOf.delete(member);
    cohort.leave(member);
  }

  /** All members, who go elsewhere. */
  empty(): readonly Member[] {
    const members = [...new Set(this.#cohortOf.values())].flatMap((cohort) => cohort.empty());
    for (const member of members) this.#cohortOf.delete(member);
    return members;
  }

  #newCohort(identity: Identity): Cohort {
    const { plan, feed, reader } = this;
    const { stored, logger, inTurn, onResolved } = this.#parts;
    const view = viewOf(plan, callerFor(identity, plan.model.app));
    const seeSame: SeeSame = (a, b) => this.#seeSame(a.identity, b.identity);
    const resolver = new ChangeResolver({
      ...{ reader, inTurn, onResolved, seeSame, entity: plan.entity },
      wantsPrevious: plan.payload.wantsPrevious,
      onRead: (rule) => this.#learn(rule),
    });
    const cohort: Cohort = new Cohort({
      ...{ feed, view, resolver, stored, logger, seeSame, entity: plan.entity.name },
      onApart: (members, reason) => this.#onApart(members, reason),
      onEmpty: () => this.#forget(cohort),
    });
    return cohort;
  }

  /** Answers may show that more is read than was known, so that fewer callers see the same. */
  async #learn(rule: ReadRule | null): Promise<void> {
    const scopes = scopesOf(this.plan.graph);
    if (this.#isUntold) return;
    if (rule === null) {
      this.#isUntold = true;
      this.#rule = null;
    } else {
      await scopes.prepare(rule);
      const all = scopes.merged(this.#rule, rule);
      if (this.#isUntold || all.text === this.#rule?.text) return;
      this.#rule = all;
    }
    const cohorts = [...new Set(this.#cohorts.values())];
    this.#cohorts = new Map(
      cohorts.map((cohort, at) => [
        cohort.anybody === undefined ? `empty ${at}` : this.#cohortKey(cohort.anybody.identity),
        cohort,
      ]),
    );
  }

  #seeSame(a: Identity, b: Identity): boolean {
    return a === b || this.#cohortKey(a) === this.#cohortKey(b);
  }

  #onApart(members: readonly Member[], reason: 'scope' | 'graph'): void {
    for (const member of members) this.#cohortOf.delete(member);
    if (reason === 'graph') this.#parts.onReplaced(members);
    else for (const member of members) this.add(member);
  }

  /** Who is not signed in is told of refusals in other words, so that they share with nobody who is. */
  #cohortKey(identity: Identity): string {
    if (this.#rule === null) return JSON.stringify(identity);
    const { scope } = scopesOf(this.plan.graph).access(this.#rule, identity);
    return `${identity.kind === 'anonymous'} ${scope}`;
  }

  #forget(cohort: Cohort): void {
    for (const [key, each] of this.#cohorts) if (each === cohort) this.#cohorts.delete(key);
  }
}

/** Who resolves changes takes turns for batches of its own. */
function inTurns(reader: NodeReader, inTurn: ShapeParts['inTurn']): NodeReader {
  return {
    byKey: reader.byKey,
    page: (page, of, atLeast) => inTurn(() => reader.page(page, of, atLeast)),
    probe: (of) => inTurn(() => reader.probe(of)),
  };
}
