/** Models of stored revisions. A revision never changes, so what was built once stays true. */
import type { Catalog } from '@rocket/platform';
import { type AppModel, type AppName, buildModel, type Revision } from '@rocket/schema';
import { createSingleFlight } from './single-flight.ts';

const MAX_MODELS = 2_000;

export interface Models {
  /** @throws RocketError `NOT_FOUND` */
  get(app: AppName, revision: Revision): Promise<AppModel>;
}

export function createModels(catalog: Catalog): Models {
  const models = createSingleFlight<AppModel>(MAX_MODELS);
  return {
    get: (app, revision) =>
      models.get(`${app}@${revision}`, async () =>
        buildModel((await catalog.revision(app, revision)).document, app),
      ),
  };
}
