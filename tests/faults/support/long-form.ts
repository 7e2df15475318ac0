/** `ROCKET_FAULTS=long` repeats what is random more often, and waits as long as the list of fault tests says. */
export const IS_LONG = process.env['ROCKET_FAULTS'] === 'long';

export const TIMEOUT_MS = IS_LONG ? 400_000 : 60_000;

/** What a test has measured, on one line. */
export function report(test: string, figures: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`fault test ${test}: ${JSON.stringify(figures)}\n`);
}
