/** Models of stored revisions. A revision never changes, so what was built once stays true. */
import type { Catalog } from '@rocket/platform';
import { type AppId, type AppModel, type AppName, buildModel, type Revision } from '@rocket/schema';
import { createSingleFlight } from './single-flight.ts';

const MAX_MODELS = 2_000;

export interface StoredModel {
  readonly model: AppModel;
  /** The app that the revision is of. Another app may have got its name since. */
  readonly appId: AppId;
}

export interface Models {
  /** @throws RocketError `NOT_FOUND` */
  get(app: AppName, revision: Revision): Promise<StoredModel>;
}

export function createModels(catalog: Catalog): Models {
  const models = createSingleFlight<StoredModel>(MAX_MODELS);
  return {
    get: (app, revision) =>
      models.get(`${app}@${revision}`, async () => {
        const { document, appId } = await catalog.revision(app, revision);
        return { model: buildModel(document, app), appId };
      }),
  };
}
