/** The entity whose changes are listened to: what its subscription is called, and which fields it has. */
import {
  type AppName,
  buildModel,
  changedName,
  didYouMean,
  didYouMeanOf,
  type EntityModel,
  type EntityNames,
  entityNames,
  type FieldModel,
  parseDocument,
  RocketError,
  toldEntities,
} from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { ExportAppDocument, ListAppsDocument } from '../../admin/generated/operations.ts';

export interface ChangedEntity {
  readonly names: EntityNames;
  /** Field of the subscription. */
  readonly changed: string;
  /** GraphQL name of the key. */
  readonly primaryKey: string;
  /** Selections of one level, each a field of the record that is also told of it as it was before. */
  readonly selections: readonly string[];
}

export interface EntityQuestion {
  readonly app: AppName;
  /** Name in the document. */
  readonly entity: string;
  /** By their names in the document or in GraphQL; null for all that are plain values. */
  readonly fields: readonly string[] | null;
}

/**
 * Reads the app's document: it has the names that people know, also where the API does not tell its schema.
 * @throws RocketError `APP_NOT_FOUND`; `NOT_FOUND` for an entity or a field that there is not
 */
export async function findChangedEntity(
  client: AdminClient,
  { app, entity, fields }: EntityQuestion,
): Promise<ChangedEntity> {
  const model = await findEntity(client, app, entity);
  const own = [...model.fields.map(ownField), { names: [model.versionGraphqlName], file: false }];
  const wanted =
    fields === null
      ? own.filter(({ file }) => !file)
      : fields.map((name) => {
          const found = own.find(({ names }) => names.includes(name));
          if (found !== undefined) return found;
          throw new RocketError('NOT_FOUND', `Entity ${entity} has no field ${name} of its own`, {
            details: { hint: didYouMeanOf('Known', name, own.map(nameOf)) },
          });
        });
  return {
    names: entityNames({ app, entity: model.name }, app),
    changed: changedName(model, app),
    primaryKey: model.primaryKey.graphqlName,
    selections: wanted.map((field) =>
      field.file ? `${nameOf(field)} { id filename size mimeType url }` : nameOf(field),
    ),
  };
}

interface OwnField {
  /** In GraphQL first. */
  readonly names: readonly string[];
  readonly file: boolean;
}

function ownField({ graphqlName, name, type }: FieldModel): OwnField {
  return { names: [graphqlName, name], file: type === 'file' };
}

function nameOf({ names: [name = ''] }: OwnField): string {
  return name;
}

async function findEntity(client: AdminClient, app: AppName, entity: string): Promise<EntityModel> {
  const found = await client.send(ExportAppDocument, { name: app });
  if (found.app === null || found.app.document === null) {
    const { apps } = await client.send(ListAppsDocument, {});
    const nearest = didYouMean(
      app,
      apps.map(({ name }) => name),
    );
    throw new RocketError('APP_NOT_FOUND', `There is no app ${app}`, {
      details: { hint: nearest ?? '`rocket app list` shows what there is' },
    });
  }
  const parsed = parseDocument(found.app.document, app);
  if (!parsed.ok) {
    throw new RocketError('DOCUMENT_INVALID', `The document of app ${app} cannot be read here`, {
      details: { faults: parsed.faults, hint: 'the command may be of another version than the server' },
    });
  }
  const { entities } = buildModel(parsed.document, app);
  const model = entities.get(entity);
  if (model !== undefined && model.origin !== 'engine_part') return model;
  throw new RocketError('NOT_FOUND', `App ${app} has no entity ${entity}`, {
    details: { hint: didYouMeanOf('Known', entity, toldEntities(parsed.document)) },
  });
}
