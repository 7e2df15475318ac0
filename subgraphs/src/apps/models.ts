/** Models of stored revisions. A revision never changes, so a model stays valid. */
import { makeOnce, type StoredDocuments } from '@rocket/platform';
import {
  type AppId,
  type AppModel,
  type AppName,
  buildModel,
  type GraphMember,
  type Revision,
} from '@rocket/schema';

const MAX_MODELS = 2_000;

export interface StoredModel {
  readonly model: AppModel;
  /** The app of the revision. Another app may have got its name since. */
  readonly appId: AppId;
}

export interface Models {
  /** @throws RocketError `NOT_FOUND` */
  get(app: AppName, revision: Revision): Promise<StoredModel>;
}

export function createModels(stored: StoredDocuments): Models {
  const get = makeOnce({
    max: MAX_MODELS,
    key: ({ app, revision }: GraphMember) => `${app}@${revision}`,
    async make({ app, revision }): Promise<StoredModel> {
      const { document, appId } = await stored({ app, revision });
      return { model: buildModel(document, app), appId };
    },
  });
  return { get: (app, revision) => get({ app, revision }) };
}
