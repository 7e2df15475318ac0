import type {
  AppDocument,
  AppModel,
  AppName,
  DocumentFault,
  EntityModel,
  ScalarType,
  ToOneLink,
} from '@rocket/schema';

/** A document about to become an app's metadata. */
interface Candidate {
  readonly model: AppModel;
  /** As its author wrote it: the model holds it sorted, so only here do places count as the author counts them. */
  readonly given: AppDocument;
}

/**
 * What a document gets wrong with regard to other apps. `others` are the models of the other active apps: those that
 * this one refers to and those that refer to it; more do no harm.
 */
export function crossAppFaults(
  candidate: Candidate,
  others: ReadonlyMap<AppName, AppModel>,
): DocumentFault[] {
  return [
    ...foreignLinks(candidate.model).flatMap((link) => outgoingFaults(candidate.given, link, others)),
    ...[...others.values()].flatMap((other) => incomingFaults(candidate, other)),
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
  given: AppDocument,
  { entity, link }: ForeignLink,
  others: ReadonlyMap<AppName, AppModel>,
): DocumentFault[] {
  const index = given.relations.findIndex((relation) => relation.name === link.relation);
  const fault = (part: string, message: string, hint: string): DocumentFault[] => [
    { severity: 'error', path: `$.relations[${index}].${part}`, message, hint },
  ];
  const { app, entity: name } = link.target;
  const other = others.get(app);
  if (other === undefined) return fault('source', `There is no app ${app}`, `Import ${app} first`);
  const target = other.entities.get(name);
  if (target === undefined) {
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

/** What another app relies on must not go away. */
function incomingFaults({ model, given }: Candidate, other: AppModel): DocumentFault[] {
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
      const index = given.entities.findIndex((definition) => definition.name === name);
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
