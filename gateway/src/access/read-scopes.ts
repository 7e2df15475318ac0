/** Who may share what one graph answers. */
import { hash } from 'node:crypto';
import {
  type AppModel,
  type AppName,
  accessScope,
  type CacheRules,
  cacheRules,
  type GraphMember,
  type GraphRevision,
  RocketError,
  strictestRules,
} from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { RevisionModels } from '../graphs/revision-documents.ts';
import { callerFor, type Identity } from '../identity/identity.ts';
import { mergeRules, type ReadRule } from './read-rule.ts';

/** Rules are few: each is a set of entities. */
const MAX_RULES = 10_000;
/** Most rules of which is kept what a caller may read. All who send no token are one caller, for as long as we run. */
const MAX_ACCESSES = 1_000;

/** What counts of a caller for the answers to a question. */
export interface Access {
  /** Equal for callers who may share answers. */
  readonly scope: string;
  readonly rules: CacheRules;
}

export class ReadScopes {
  readonly #revision: GraphRevision;
  readonly #load: RevisionModels;
  /** Models of all apps that the rules name. */
  readonly #models = new Map<AppName, AppModel>();
  /** Equal rules are one, by their text. */
  readonly #rules = new LRUCache<string, ReadRule>({ max: MAX_RULES });
  readonly #access = new WeakMap<Identity, Map<string, Access>>();

  constructor(revision: GraphRevision, load: RevisionModels) {
    this.#revision = revision;
    this.#load = load;
  }

  /** Makes callers comparable by the rule. @throws RocketError when a document cannot be read */
  async prepare(rule: ReadRule): Promise<void> {
    await Promise.all(rule.parts.map(([app]) => this.load(app)));
  }

  /** The rule of all that was read before, and is read now. */
  merged(before: ReadRule | null, read: ReadRule): ReadRule {
    const all = before === null ? read : mergeRules(before, read);
    const rule = this.#rules.get(all.text) ?? all;
    this.#rules.set(rule.text, rule);
    return rule;
  }

  /** @param rule that was prepared */
  access(rule: ReadRule, identity: Identity): Access {
    const ofIdentity = this.#access.get(identity) ?? new Map<string, Access>();
    const known = ofIdentity.get(rule.text);
    if (known !== undefined) return known;
    const access = this.#accessOf(rule, identity);
    if (ofIdentity.size >= MAX_ACCESSES) ofIdentity.clear();
    this.#access.set(identity, ofIdentity.set(rule.text, access));
    return access;
  }

  /** @throws RocketError `INTERNAL_ERROR` for an app that was not loaded */
  model(app: AppName): AppModel {
    const model = this.#models.get(app);
    if (model !== undefined) return model;
    throw new RocketError('INTERNAL_ERROR', `The model of ${app} is not loaded`);
  }

  /** @throws RocketError `INTERNAL_ERROR` for an app that the graph does not have */
  member(app: AppName): GraphMember {
    const member = this.#revision.members.find((each) => each.app === app);
    if (member === undefined) throw new RocketError('INTERNAL_ERROR', `The graph has no app ${app}`);
    return member;
  }

  /** The model of an app of the graph. @throws RocketError when its document cannot be read */
  async load(app: AppName): Promise<AppModel> {
    const known = this.#models.get(app);
    if (known !== undefined) return known;
    const model = await this.#load(this.member(app));
    this.#models.set(app, model);
    return model;
  }

  #accessOf(rule: ReadRule, identity: Identity): Access {
    const scopes = rule.parts.map(([app, entities]) =>
      accessScope(this.model(app), { entities, caller: callerFor(identity, app) }),
    );
    const rules = rule.parts.map(([app, entities]) => cacheRules(this.model(app), entities));
    // Private answers are of one user, and the same id can be a user of another issuer.
    const issuer = identity.kind === 'app' ? identity.app : identity.kind;
    const combined = strictestRules(rules);
    const text = JSON.stringify([rule.text, scopes, combined.policy === 'private' ? issuer : null]);
    return { scope: hash('sha256', text, 'base64url'), rules: combined };
  }
}
