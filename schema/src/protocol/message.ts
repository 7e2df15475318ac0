/** What all messages between gateway and shard have in common. */
import type { z } from 'zod';
import { RocketError } from '../errors.ts';

/** The read-only type of what a schema parses. It is derived from the schema, so type and check cannot differ. */
export type Message<S extends z.ZodType> = Frozen<z.output<S>>;

// Branded ids are objects to a mapped type, and `unknown` is an empty one.
type Frozen<T> = T extends string | number
  ? T
  : unknown extends T
    ? T
    : { readonly [K in keyof T]: Frozen<T[K]> };

/** @throws ZodError; ids refuse with errors of their own */
export function readMessage<S extends z.ZodType>(schema: S, value: unknown): Message<S> {
  return schema.parse(value) as Message<S>;
}

/**
 * Checks what a gateway sent before a shard uses it.
 * @throws RocketError `BAD_REQUEST` that names the places at fault; ids refuse with errors of their own
 */
export function readRequest<S extends z.ZodType>(schema: S, value: unknown): Message<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data as Message<S>;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ');
  throw new RocketError('BAD_REQUEST', `The call does not have its form: ${places}`, { cause: parsed.error });
}
