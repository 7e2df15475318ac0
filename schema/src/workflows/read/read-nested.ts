/** Expressions within lists and objects, which are values of actions. */
import type { JsonPath } from '../../document/faults/json-path.ts';
import type { JsonValue } from '../../document/types.ts';
import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import type { ValueModel } from '../workflow-model.ts';
import {
  isObject,
  type JsonObject,
  readExpressionModel,
  reportWithin,
  type WorkflowReport,
} from './reading.ts';

export const EXPRESSION = 'expression';
/** Lists and objects within each other that an expression may be in. */
const MAX_LEVELS = 20;
/** Of one value. */
const MAX_EXPRESSIONS = 200;

export function isExpression(value: JsonValue | undefined): value is JsonObject {
  return isObject(value) && Object.keys(value).join() === EXPRESSION;
}

/** What looks like a template of another program is stored and sent as it stands. */
export function warnOfTemplate(value: JsonValue, place: JsonPath, { warning }: WorkflowReport): void {
  if (typeof value !== 'string' || !value.includes('{{')) return;
  warning(place, 'Nothing is put in for {{...}} here', 'Write {"expression": "..."}');
}

/** Any JSON: a literal where no expression is in it. Null when it has a fault; `report` is that of the value's place. */
export function readNested(
  value: JsonValue,
  variables: ExpressionScope,
  report: WorkflowReport,
): ValueModel | null {
  return new NestedReader(variables, report).readAll(value);
}

class NestedReader {
  readonly #variables: ExpressionScope;
  readonly #report: WorkflowReport;
  #expressions = 0;
  #isFaulty = false;

  constructor(variables: ExpressionScope, report: WorkflowReport) {
    this.#variables = variables;
    this.#report = report;
  }

  readAll(value: JsonValue): ValueModel | null {
    const read = this.#read(value, []);
    if (this.#expressions > MAX_EXPRESSIONS)
      this.#fault([], `The value has ${this.#expressions} expressions; ${MAX_EXPRESSIONS} are allowed`);
    return this.#isFaulty ? null : read;
  }

  #read(value: JsonValue, place: JsonPath): ValueModel {
    const literal: ValueModel = { kind: 'literal', value };
    if (isExpression(value)) return this.#expression(value, place) ?? literal;
    if (Array.isArray(value)) {
      const items = value.map((item, index) => this.#read(item, [...place, index]));
      return items.every(isLiteral) ? literal : { kind: 'list', items };
    }
    if (isObject(value)) {
      const members = Object.entries(value).map(
        ([name, member]) => [name, this.#read(member, [...place, name])] as const,
      );
      return members.every(([, member]) => isLiteral(member))
        ? literal
        : { kind: 'object', members: new Map(members) };
    }
    warnOfTemplate(value, place, this.#report);
    return literal;
  }

  #expression(value: JsonObject, place: JsonPath): ValueModel | null {
    this.#expressions += 1;
    if (this.#expressions > MAX_EXPRESSIONS) return null;
    if (place.length > MAX_LEVELS) {
      this.#fault(place, `The expression is nested deeper than ${MAX_LEVELS} levels`);
      return null;
    }
    const report = reportWithin(this.#report, ...place);
    const read = readExpressionModel({ value, report }, EXPRESSION, this.#variables);
    this.#isFaulty ||= read === null;
    return read && { kind: 'expression', expression: read.model };
  }

  #fault(place: JsonPath, message: string): void {
    this.#isFaulty = true;
    this.#report.fault(place, message);
  }
}

function isLiteral({ kind }: ValueModel): boolean {
  return kind === 'literal';
}
