/** Reading the Accept header, as far as our own decisions need it; Apollo Server negotiates the rest. */
import Negotiator from 'negotiator';

/** True when the caller names `application/json` and does not prefer `application/graphql-response+json` to it. */
export function namesApplicationJson(accept: string | undefined): boolean {
  return prefers(accept, 'application/json', ['application/graphql-response+json']);
}

/** True for a browser that navigates: it names HTML, and does not prefer JSON to it. */
export function prefersHtml(accept: string | undefined): boolean {
  return prefers(accept, 'text/html', ['application/json', 'application/graphql-response+json']);
}

/** True for a caller who wants the results of an operation as a stream of events. */
export function prefersEventStream(accept: string | undefined): boolean {
  return prefers(accept, 'text/event-stream', ['application/json', 'application/graphql-response+json']);
}

/**
 * True when `wanted` is named and none of `others` comes before it. A wildcard names nothing: scripts send wildcards
 * without preferring any type, so we do not let the negotiator choose the best type.
 */
function prefers(accept: string | undefined, wanted: string, others: readonly string[]): boolean {
  const types = new Negotiator({ headers: { accept } }).mediaTypes();
  return (
    types.map((type) => type.toLowerCase()).find((type) => type === wanted || others.includes(type)) ===
    wanted
  );
}
