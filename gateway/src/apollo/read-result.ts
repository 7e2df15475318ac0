import type { HttpAnswer } from '@rocket/platform';
import { parseJson } from '@rocket/schema';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { z } from 'zod';

const place = z.object({ line: z.number(), column: z.number() });

const form = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        locations: z.array(place).optional(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

/** The result in an answer that was made for a caller, with its errors as they were made public; numbers are exact. */
export function readResult({ body }: Pick<HttpAnswer, 'body'>): ExecutionResult {
  const { data, errors } = form.parse(parseJson(body.toString()));
  return {
    ...(errors === undefined ? {} : { errors: errors.map(toldError) }),
    ...(data === undefined ? {} : { data }),
  };
}

function toldError({
  message,
  locations,
  path,
  extensions,
}: NonNullable<z.output<typeof form>['errors']>[number]) {
  const error = new GraphQLError(message, { path: path ?? null, extensions: extensions ?? {} });
  return locations === undefined ? error : Object.assign(error, { locations });
}
