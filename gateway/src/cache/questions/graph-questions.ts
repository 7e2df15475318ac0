/** The questions that one graph is asked, and who may share their answers. */
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
import type { RevisionModels } from '../../graphs/revision-documents.ts';
import type { GraphqlParameters } from '../../http/graphql-request.ts';
import { callerFor, type Identity } from '../../identity/identity.ts';
import type { Question, QuestionIndex } from './question.ts';
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

export interface AskedGraph {
  /**
   * Answers of an earlier revision of the same documents are not given again: writes in between, by other documents, may
   * not have told the tags that these depend on.
   */
  readonly revision: GraphRevision;
  /**
   * Hash of what the graph is composed of. A catalog that was restored from a backup gives the same revisions to other
   * documents, and answers that gateways share have no part in that backup.
   */
  readonly content: string;
}

export interface QuestionParts {
  readonly models: RevisionModels;
  readonly index: QuestionIndex;
}

export class GraphQuestions {
  readonly #graph: AskedGraph;
  readonly #load: RevisionModels;
  /** Models of all apps that the rules name. */
  readonly #models = new Map<AppName, AppModel>();
  readonly #index: QuestionIndex;
  /** Of this graph in the index. */
  readonly #number: number;
  /** Equal rules are one, by their text. */
  readonly #rules = new LRUCache<string, ReadRule>({ max: MAX_RULES });
  readonly #access = new WeakMap<Identity, Map<string, Access>>();

  constructor(graph: AskedGraph, { models, index }: QuestionParts) {
    this.#graph = graph;
    this.#load = models;
    this.#index = index;
    this.#number = index.graph();
  }

  /** The question of a request that came before, letter by letter. */
  known(request: string): Question | undefined {
    return this.#index.find(this.#number, request);
  }

  /** @param form what decides the form of the answer beside the parameters, such as the Accept header */
  question(request: string, parameters: GraphqlParameters, form: string): Question {
    return this.#index.add(this.#number, { request, key: this.#keyOf(parameters, form) });
  }

  /** What is known of a question, for who only looks: what they learn of it is not noted. */
  peek(parameters: GraphqlParameters, form: string): Question {
    const key = this.#keyOf(parameters, form);
    return { ...this.#index.peek(this.#number, key) };
  }

  /** Notes what answers to the question are read from. @throws RocketError when a document cannot be read */
  async learn(question: Question, read: ReadRule): Promise<ReadRule> {
    await Promise.all(read.parts.map(([app]) => this.#loadModel(app)));
    // After the wait, as another answer may have told more meanwhile.
    const all = question.rule === null ? read : mergeRules(question.rule, read);
    const rule = this.#rules.get(all.text) ?? all;
    this.#rules.set(rule.text, rule);
    question.rule = rule;
    return rule;
  }

  access(rule: ReadRule, identity: Identity): Access {
    const ofIdentity = this.#access.get(identity) ?? new Map<string, Access>();
    const known = ofIdentity.get(rule.text);
    if (known !== undefined) return known;
    const access = this.#accessOf(rule, identity);
    if (ofIdentity.size >= MAX_ACCESSES) ofIdentity.clear();
    this.#access.set(identity, ofIdentity.set(rule.text, access));
    return access;
  }

  /** @throws RocketError `INTERNAL_ERROR` for an app of no rule */
  model(app: AppName): AppModel {
    const model = this.#models.get(app);
    if (model !== undefined) return model;
    throw new RocketError('INTERNAL_ERROR', `The model of ${app} is not loaded`);
  }

  /** @throws RocketError `INTERNAL_ERROR` for an app that the graph does not have */
  member(app: AppName): GraphMember {
    const member = this.#graph.revision.members.find((each) => each.app === app);
    if (member === undefined) throw new RocketError('INTERNAL_ERROR', `The graph has no app ${app}`);
    return member;
  }

  #keyOf(parameters: GraphqlParameters, form: string): string {
    const { query, operationName = null, variables = {} } = parameters;
    const { revision, content } = this.#graph;
    const asked = JSON.stringify([revision.id, content, form, query, operationName, variables]);
    return hash('sha256', asked, 'base64url');
  }

  async #loadModel(app: AppName): Promise<void> {
    const member = this.member(app);
    if (!this.#models.has(app)) this.#models.set(app, await this.#load(member));
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

/** Names an answer to the question that callers of this access share. */
export function keyOf({ key }: Question, { scope }: Access): string {
  return `${key}${scope}`;
}
