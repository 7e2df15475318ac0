/** The body with which a shard refuses a call. The status is that of the error's code in the catalogue. */
import { z } from 'zod';
import { isErrorCode, RocketError } from '../errors.ts';

const refusal = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** JSON. */
export function encodeRefusal({ code, message, details }: RocketError): string {
  return JSON.stringify({ error: { code, message, details } } satisfies z.input<typeof refusal>);
}

/** The error of a refusal; null when the body is no refusal, or has a code that is not in the catalogue. */
export function readRefusal(body: unknown): RocketError | null {
  const parsed = refusal.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.error.code)) return null;
  const { code, message, details } = parsed.data.error;
  return new RocketError(code, message, details === undefined ? {} : { details });
}
