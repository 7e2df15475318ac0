/** The questions that one graph is asked. */
import { hash } from 'node:crypto';
import type { GraphRevision } from '@rocket/schema';
import type { ReadRule } from '../../access/read-rule.ts';
import type { Access, ReadScopes } from '../../access/read-scopes.ts';
import type { GraphqlParameters } from '../../http/graphql-request.ts';
import type { Question, QuestionIndex } from './question.ts';

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
  readonly scopes: ReadScopes;
  readonly index: QuestionIndex;
}

export class GraphQuestions {
  /** Who may share the answers. */
  readonly scopes: ReadScopes;
  readonly #graph: AskedGraph;
  readonly #index: QuestionIndex;
  /** Of this graph in the index. */
  readonly #number: number;

  constructor(graph: AskedGraph, { scopes, index }: QuestionParts) {
    this.#graph = graph;
    this.scopes = scopes;
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
    await this.scopes.prepare(read);
    // After the wait, as another answer may have told more meanwhile.
    question.rule = this.scopes.merged(question.rule, read);
    return question.rule;
  }

  #keyOf(parameters: GraphqlParameters, form: string): string {
    const { query, operationName = null, variables = {} } = parameters;
    const { revision, content } = this.#graph;
    const asked = JSON.stringify([revision.id, content, form, query, operationName, variables]);
    return hash('sha256', asked, 'base64url');
  }
}

/** Names an answer to the question that callers of this access share. */
export function keyOf({ key }: Question, { scope }: Access): string {
  return `${key}${scope}`;
}
