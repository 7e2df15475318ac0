/** What receivers of webhooks say by the status of their answer. */

/** Statuses of 4xx by which a receiver says that it cannot tell now. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

export function isAccepted(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether the receiver refuses, and would do so again. */
export function isRefused(status: number): boolean {
  return status >= 400 && status < 500 && !NOT_NOW.has(status);
}

/** Whether the receiver may accept later what it does not accept now. */
export function mayAcceptLater(status: number): boolean {
  return status >= 500 || NOT_NOW.has(status);
}
