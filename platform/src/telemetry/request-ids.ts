import { randomUUID } from 'node:crypto';

/** Accepts the ids of other systems, but nothing that could break out of a log line or a header. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export function newRequestId(): string {
  return randomUUID();
}

/** The caller's own id when it is fit to be logged and passed on, else a new one. */
export function acceptRequestId(header: string | readonly string[] | null | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : newRequestId();
}
