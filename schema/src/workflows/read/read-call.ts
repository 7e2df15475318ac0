import type { ExpressionScope } from '../../expressions/expression-shape.ts';
import { readRequest } from '../../webhooks/read-request.ts';
import type { ActionModel } from '../workflow-model.ts';
import { readOptionalValue } from './read-values.ts';
import type { Part } from './reading.ts';

/** A webhook of a step; null when it has faults. */
export function readCall(part: Part, variables: ExpressionScope): ActionModel | null {
  const request = readRequest(part.value, part.report.fault);
  const body = readOptionalValue(part, 'body', variables);
  return request === null || body === undefined ? null : { kind: 'webhook', ...request, body };
}
