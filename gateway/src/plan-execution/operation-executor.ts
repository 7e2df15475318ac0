import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { fragmentsByName } from '../documents/own-definitions.ts';
import type { SubgraphSource } from '../execution/subgraph-source.ts';
import type { GraphContext } from '../graph-context.ts';
import type { SupergraphSummary } from '../planning/plan-task.ts';
import type { QueryPlan } from '../planning/query-plan.ts';
import { AnswerBudget } from './answer-budget.ts';
import { type AnswerObject, emptyObject } from './answer-data.ts';
import { FieldCollector } from './collect-fields.ts';
import { executePlan } from './execute-plan.ts';
import { shapeAnswer } from './shape-answer.ts';

/**
 * Most sets of condition values for which the fields of one operation are kept; each variable in a condition doubles
 * the possible ones.
 */
const MAX_CONDITIONS = 16;

export interface OperationInput {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GraphContext;
  /** Called once the variables are known to fit. */
  readonly plan: () => Promise<QueryPlan>;
}

export interface OperationAnswer {
  readonly data?: AnswerObject | null;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface ExecutedGraph {
  readonly apiSchema: GraphQLSchema;
  readonly subtypes: SupergraphSummary['subtypes'];
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  /**
   * Whether values that the schema does not allow are reported beside the answer. Not for our own shards, where a
   * missing record of another app is null, which is not an error.
   */
  readonly tellsMisfits: boolean;
}

/** Executes validated operations of one graph by their plans. */
export class OperationExecutor {
  readonly #graph: ExecutedGraph;
  /** Keyed by the operation's node, which the server keeps: the entry is dropped together with it. */
  readonly #fields = new WeakMap<OperationDefinitionNode, OperationFields>();

  constructor(graph: ExecutedGraph) {
    this.#graph = graph;
  }

  /** @throws RocketError when there is no plan, or the answer is too large */
  async execute(input: OperationInput): Promise<OperationAnswer> {
    const { operation, variables, context } = input;
    const { apiSchema, subtypes, sources } = this.#graph;
    const { errors: wrong, coerced } = getVariableValues(
      apiSchema,
      operation.variableDefinitions ?? [],
      variables,
    );
    if (coerced === undefined) return { errors: wrong };
    const { node } = await input.plan();
    const errors: GraphQLError[] = [];
    const data = emptyObject();
    if (node !== undefined) {
      const budget = new AnswerBudget();
      await executePlan(node, { sources, subtypes, context, variables, coerced, data, errors, budget });
    }
    return this.#answer(input, { data, errors, coerced });
  }

  #answer(
    { document, operation }: OperationInput,
    found: { readonly data: AnswerObject; readonly errors: GraphQLError[]; coerced: Record<string, unknown> },
  ): OperationAnswer {
    const { apiSchema: schema, tellsMisfits } = this.#graph;
    const { errors } = found;
    const rootType = schema.getRootType(operation.operation);
    if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
    const shaped = shapeAnswer({
      ...{ schema, rootType },
      selectionSet: operation.selectionSet,
      fields: this.#fieldsOf(document, operation).under(found.coerced),
      data: found.data,
    });
    if (errors.length > 0) return { errors, data: shaped.data };
    if (shaped.errors.length === 0 || !tellsMisfits) return { data: shaped.data };
    // Values that do not fit are reported beside the answer, in the form that clients of Apollo's gateways know.
    return { extensions: { valueCompletion: shaped.errors }, data: shaped.data };
  }

  #fieldsOf(document: DocumentNode, operation: OperationDefinitionNode): OperationFields {
    const known = this.#fields.get(operation);
    if (known !== undefined) return known;
    const fields = new OperationFields(this.#graph.apiSchema, document);
    this.#fields.set(operation, fields);
    return fields;
  }
}

/** The fields of one operation, for the recently used values of its conditions. */
class OperationFields {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #conditions: readonly string[];
  readonly #known = new Map<string, FieldCollector>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#fragments = fragmentsByName(document);
    this.#conditions = conditionsOf(document);
  }

  under(variables: Readonly<Record<string, unknown>>): FieldCollector {
    const key = this.#conditions.map((name) => String(variables[name])).join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_CONDITIONS) this.#known.clear();
    // The caller's other variables must not be kept in memory.
    const conditions = Object.fromEntries(this.#conditions.map((name) => [name, variables[name]]));
    const input = { schema: this.#schema, fragments: this.#fragments, variables: conditions };
    const fields = new FieldCollector(input);
    this.#known.set(key, fields);
    return fields;
  }
}

/** Variables that decide whether fields are included. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
