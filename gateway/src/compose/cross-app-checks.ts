import {
  type AppDocument,
  type AppModel,
  type AppName,
  buildModel,
  type DocumentFault,
  type EntityModel,
  type ScalarType,
  type ToOneLink,
} from '@rocket/schema';
import type { WrittenOrder } from './read-document.ts';

interface AppWithDocument {
  readonly app: AppName;
  readonly document: AppDocument;
}

/**
 * A document that is about to become an app's metadata, with the other apps that it concerns. Documents are passed
 * because models are built in the thread that uses them.
 */
export interface CrossAppQuestion extends AppWithDocument {
  readonly written: WrittenOrder;
  /** The active apps that this one refers to, and those that refer to it. */
  readonly others: readonly AppWithDocument[];
}

/** The faults of a document with regard to other apps. */
export function crossAppFaults({ app, document, written, others }: CrossAppQuestion): DocumentFault[] {
  const model = buildModel(document, app);
  const models = new Map(others.map((other) => [other.app, buildModel(other.document, other.app)]));
  return [
    ...foreignLinks(model).flatMap((link) => outgoingFaults(link, written, models)),
    ...[...models.values()].flatMap((other) => incomingFaults(model, written, other)),
  ];
}

interface ForeignLink {
  readonly entity: EntityModel;
  readonly link: ToOneLink;
}

/** Links of an app to entities of others: only the side that holds the foreign key can cross apps. */
function foreignLinks(model: AppModel): ForeignLink[] {
  return [...model.entities.values()].flatMap((entity) =>
    entity.links
      .filter((link): link is ToOneLink => link.kind === 'to_one' && link.target.app !== model.app)
      .map((link) => ({ entity, link })),
  );
}

function outgoingFaults(
  { entity, link }: ForeignLink,
  written: WrittenOrder,
  others: ReadonlyMap<AppName, AppModel>,
): DocumentFault[] {
  const index = written.relations.indexOf(link.relation);
  const fault = (part: string, message: string, hint: string): DocumentFault[] => [
    { severity: 'error', path: `$.relations[${index}].${part}`, message, hint },
  ];
  const { app, entity: name } = link.target;
  const other = others.get(app);
  if (other === undefined) return fault('source', `There is no app ${app}`, `Import ${app} first`);
  const target = other.entities.get(name);
  if (target?.origin !== 'document') {
    return fault('source', `App ${app} has no entity ${name}`, `It exports ${listOf(other.exports)}`);
  }
  if (!other.exports.has(name)) {
    return fault('source', `App ${app} does not export ${name}`, `Add "${name}" to "exports" of ${app}`);
  }
  const key = entity.fieldByName.get(link.localField);
  if (key === undefined || keyFits(key.type, target.primaryKey.type)) return [];
  const message = `Field ${link.localField} is ${key.type}, but the key of ${app}.${name} is ${target.primaryKey.type}`;
  return fault('target_key', message, `Declare ${link.localField} as ${target.primaryKey.type}`);
}

/** Faults where another app relies on something that the document no longer has. */
function incomingFaults(model: AppModel, written: WrittenOrder, other: AppModel): DocumentFault[] {
  return foreignLinks(other)
    .filter(({ link }) => link.target.app === model.app)
    .flatMap(({ entity, link }): DocumentFault[] => {
      const name = link.target.entity;
      const user = `relation ${link.relation} of app ${other.app}`;
      const target = model.entities.get(name);
      if (target === undefined || !model.exports.has(name)) {
        const message = `Entity ${name} is not exported any more, but ${user} points at it`;
        return [
          {
            severity: 'error',
            path: '$.exports',
            message,
            hint: `Keep "${name}", or change ${other.app} first`,
          },
        ];
      }
      const key = entity.fieldByName.get(link.localField);
      if (key === undefined || keyFits(key.type, target.primaryKey.type)) return [];
      const index = written.entities.indexOf(name);
      const message = `The key of ${name} would be ${target.primaryKey.type}, but ${user} holds it as ${key.type}`;
      return [{ severity: 'error', path: `$.entities[${index}].primary_key.type`, message }];
    });
}

/** A bigint column can hold every int key. */
function keyFits(foreignKey: ScalarType, primaryKey: ScalarType): boolean {
  return foreignKey === primaryKey || (foreignKey === 'bigint' && primaryKey === 'int');
}

function listOf(names: ReadonlySet<string>): string {
  return names.size === 0 ? 'nothing' : [...names].join(', ');
}
