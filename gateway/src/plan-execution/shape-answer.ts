/**
 * Shapes the results of a plan's fetches into the operation's answer: only the selected fields, in their order, with
 * nulls where a value is missing or invalid. A null in a non-null field makes the object around it null too.
 */
import {
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { AnswerBudget } from './answer-budget.ts';
import { type AnswerObject, emptyObject, isAnswerObject, ownValue } from './answer-data.ts';
import type { FieldCollector, ShapedField } from './collect-fields.ts';
import { isValidLeaf } from './leaf-values.ts';

const TYPE_NAME = '__typename';

/** Replaces a value: a null whose reason was already reported. */
const TOLD = Symbol('null, told');
/** Replaces a value: a null that the type does not allow. */
const INVALID = Symbol('null, and may not be');

export interface ShapeInput {
  readonly schema: GraphQLSchema;
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  readonly fields: FieldCollector;
  /** The merged results of the fetches. */
  readonly data: AnswerObject;
}

export interface ShapedAnswer {
  readonly data: AnswerObject | null;
  /** Values that the schema does not allow where they are. */
  readonly errors: readonly GraphQLError[];
}

/** @throws RocketError `BAD_USER_INPUT` when it is too large */
export function shapeAnswer({ schema, rootType, selectionSet, fields, data }: ShapeInput): ShapedAnswer {
  const shaping = new Shaping(schema);
  const shaped = shaping.object(data, fields.collect(selectionSet, rootType), rootType);
  return { data: shaped, errors: shaping.errors };
}

type ValueField = Extract<ShapedField, { kind: 'field' }>;

class Shaping {
  readonly errors: GraphQLError[] = [];
  readonly #budget = new AnswerBudget();
  readonly #schema: GraphQLSchema;
  readonly #path: (string | number)[] = [];

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Null when one of its non-null fields is null. */
  object(
    input: AnswerObject,
    fields: readonly ShapedField[],
    type: GraphQLCompositeType,
  ): AnswerObject | null {
    this.#budget.take(1);
    const output = emptyObject();
    for (const field of fields) {
      const value = ownValue(input, field.key) ?? null;
      if (field.kind === 'type name') {
        const name = this.#typeName(value ?? input[TYPE_NAME], type);
        if (name === null) return null;
        output[field.key] = name;
        continue;
      }
      this.#path.push(field.key);
      const shaped = this.#value(value, field.type, field);
      this.#path.pop();
      if (shaped === INVALID) return null;
      output[field.key] = shaped === TOLD ? null : shaped;
    }
    return output;
  }

  #typeName(found: unknown, type: GraphQLCompositeType): string | null {
    const named = typeof found === 'string' ? (this.#schema.getType(found) ?? type) : type;
    return isObjectType(named) ? named.name : null;
  }

  #value(value: unknown, type: GraphQLOutputType, field: ValueField): unknown {
    if (isNonNullType(type)) {
      const shaped = this.#value(value, type.ofType, field);
      if (shaped === null)
        this.#tell(`Cannot return null for non-nullable ${this.#place(type.ofType, field)}.`);
      return shaped === null || shaped === TOLD ? INVALID : shaped;
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) return this.#list(value, type.ofType, field);
    if (isCompositeType(type)) return this.#composite(value, type, field);
    return isValidLeaf(value, type) ? value : this.#misfit(type, field);
  }

  #misfit(type: GraphQLOutputType, field: ValueField): typeof TOLD {
    this.#tell(`Invalid value found for ${this.#place(type, field)}.`);
    return TOLD;
  }

  #list(values: unknown, type: GraphQLOutputType, field: ValueField): unknown {
    if (!Array.isArray(values)) return this.#misfit(type, field);
    let isInvalid = false;
    const shaped: unknown[] = [];
    for (const [index, value] of values.entries()) {
      this.#path.push(index);
      const element = this.#value(value, type, field);
      this.#path.pop();
      isInvalid ||= element === INVALID;
      shaped.push(element === TOLD ? null : element);
    }
    return isInvalid ? TOLD : shaped;
  }

  #composite(value: unknown, type: GraphQLCompositeType, field: ValueField): unknown {
    if (!isAnswerObject(value)) return this.#misfit(type, field);
    const typeName = value[TYPE_NAME];
    let known = type;
    if (typeof typeName === 'string' && typeName !== '') {
      const named = this.#schema.getType(typeName);
      if (!isCompositeType(named)) {
        this.#tell(`Invalid __typename found for object at ${this.#place(type, field)}.`);
        return TOLD;
      }
      known = named;
    }
    return this.object(value, field.fieldsOf(known), known) ?? TOLD;
  }

  #place(type: GraphQLOutputType, { parentName }: ValueField): string {
    const last = this.#path.at(-1);
    return typeof last === 'number'
      ? `array element of type ${type} at index ${last}`
      : `field ${parentName}.${last}`;
  }

  #tell(message: string): void {
    this.errors.push(
      new GraphQLError(message, { path: [...this.#path], extensions: { code: 'INVALID_GRAPHQL' } }),
    );
  }
}
