import { type AppDocument, type ErrorCode, RocketError } from '@rocket/schema';

/** The smallest valid document. */
export function emptyDocument(): AppDocument {
  return {
    version: 1,
    entities: [],
    relations: [],
    rules: [],
    state_machines: [],
    workflows: [],
    permissions: [],
    webhooks: [],
    ui_configs: [],
    exports: [],
    sample_data: {},
  };
}

/** Code of the RocketError that `work` rejects with; fails when it resolves or rejects with anything else. */
export async function codeOf(work: Promise<unknown>): Promise<ErrorCode> {
  const outcome = await work.then(
    () => new Error('it did not reject'),
    (error: unknown) => error,
  );
  if (outcome instanceof RocketError) return outcome.code;
  throw outcome;
}
