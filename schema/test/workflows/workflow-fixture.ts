import type { JsonObject } from '../support/document-fixture.ts';

/** For a computed property, since an object written with a `then` looks like a promise to linters. */
export const THEN = 'then';

export function step(id: string, type: string, properties: JsonObject = {}): JsonObject {
  return { id, type, ...properties };
}

export const END_STEP: JsonObject = step('b', 'action', { actions: [] });
