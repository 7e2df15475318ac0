/** Activates documents of the shard's apps: prepares their databases and the tables in them. */
import type { Logger } from '@rocket/platform';
import { RocketError, type ShardService } from '@rocket/schema';
import type { OpenApps } from '../apps/open-apps.ts';
import { activateTables } from './activate-tables.ts';
import { adoptDatabase } from './adopt-database.ts';
import { settleActivation } from './settle-activation.ts';

export type ActivationService = Pick<
  ShardService,
  'activate' | 'settleActivation' | 'adoptDatabase' | 'removeApp'
>;

export function createActivationService(apps: OpenApps, logger: Logger): ActivationService {
  return {
    activate: async (input) => {
      const { app, revision, epoch, sampleData } = input;
      const placement = await apps.admit(input);
      await apps.storage.prepare(placement);
      const model = await apps.model(app, revision);
      return await activateTables({
        database: apps.database(placement).primary,
        outbox: apps.outbox(placement),
        model,
        revision,
        epoch,
        sampleData,
        onProblem: (error) => logger.warn({ app, err: error }, 'an index could not be built'),
      });
    },

    settleActivation: async (at) => {
      const placement = await apps.admit(at);
      try {
        await apps.storage.prepare(placement);
      } catch (error) {
        // Not the app's database, so no activation has run or will run in it.
        if (error instanceof RocketError && error.code === 'CONFLICT') return 'abandoned';
        throw error;
      }
      return await settleActivation(apps.database(placement).primary, at.revision);
    },

    adoptDatabase: async (at) => {
      const placement = await apps.admit(at);
      await apps.storage.requireOwn(placement);
      await adoptDatabase(apps.database(placement).primary, placement);
    },

    removeApp: async (at) => {
      await apps.storage.drop(await apps.admit(at));
    },
  };
}
