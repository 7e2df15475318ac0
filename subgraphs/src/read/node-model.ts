/** What each GraphQL field of an object type stands for, for one app in one graph. */
import type { AppModel, EntityModel, EntityRef, FieldModel, GraphModels, LinkModel } from '@rocket/schema';
import { linkConnectionName, visibleContributions, visibleLinks } from '@rocket/schema';

export type NodeField =
  | { readonly kind: 'column'; readonly field: FieldModel }
  | { readonly kind: 'version' }
  | { readonly kind: 'link'; readonly link: LinkModel }
  | { readonly kind: 'connection'; readonly link: LinkModel };

/** An object type of the subgraph: an entity of its own, or the stub of another app's entity that it adds fields to. */
export interface NodeModel {
  readonly entity: EntityModel;
  readonly owned: boolean;
  readonly fields: ReadonlyMap<string, NodeField>;
}

/** Node of an entity reference. */
export type NodeLookup = (ref: EntityRef) => NodeModel | undefined;

export interface SubgraphNodes {
  readonly all: readonly NodeModel[];
  readonly lookup: NodeLookup;
}

export function subgraphNodes(model: AppModel, graph: GraphModels): SubgraphNodes {
  const nodes = new Map<string, NodeModel>();
  for (const entity of model.entities.values()) {
    nodes.set(refKey({ app: entity.app, entity: entity.name }), {
      entity,
      owned: true,
      fields: new Map([...columnFields(entity), ...linkFields(visibleLinks(entity, graph))]),
    });
  }
  for (const { entity, contributions } of visibleContributions(model, graph)) {
    // The declaring document may not say what the key of the other app's entity is called; here it is known.
    const key = entity.primaryKey;
    nodes.set(refKey({ app: entity.app, entity: entity.name }), {
      entity,
      owned: false,
      fields: new Map<string, NodeField>([
        [key.graphqlName, { kind: 'column', field: key }],
        ...linkFields(contributions.map(({ link }) => ({ ...link, localField: key.name }))),
      ]),
    });
  }
  return { all: [...nodes.values()], lookup: (ref) => nodes.get(refKey(ref)) };
}

function columnFields(entity: EntityModel): [string, NodeField][] {
  const fields = entity.fields.map((field): [string, NodeField] => [
    field.graphqlName,
    { kind: 'column', field },
  ]);
  return [...fields, [entity.versionGraphqlName, { kind: 'version' }]];
}

function linkFields(links: readonly LinkModel[]): [string, NodeField][] {
  return links.flatMap((link): [string, NodeField][] => {
    const own: [string, NodeField] = [link.graphqlName, { kind: 'link', link }];
    if (link.kind === 'to_one' || link.kind === 'has_one') return [own];
    return [own, [linkConnectionName(link), { kind: 'connection', link }]];
  });
}

function refKey(ref: EntityRef): string {
  return `${ref.app}.${ref.entity}`;
}
