/** The meaning of each GraphQL field of an object type, for one app in one graph. */
import type {
  AppModel,
  EntityModel,
  EntityRef,
  FieldModel,
  GraphModels,
  LinkModel,
  MachineModel,
} from '@rocket/schema';
import {
  entityNames,
  linkAggregateName,
  linkConnectionName,
  transitionsFieldName,
  typeName,
  visibleContributions,
  visibleLinks,
  WORKFLOW_APPROVAL,
  workflowNames,
} from '@rocket/schema';

export type NodeField =
  | { readonly kind: 'column'; readonly field: FieldModel }
  | { readonly kind: 'version' }
  | { readonly kind: 'transitions'; readonly machine: MachineModel }
  | { readonly kind: 'link' | 'connection' | 'aggregate'; readonly link: LinkModel };

/** An object type of the subgraph: an entity of its own, or the stub of another app's entity that it adds fields to. */
export interface NodeModel {
  readonly entity: EntityModel;
  readonly owned: boolean;
  readonly fields: ReadonlyMap<string, NodeField>;
}

/** Node of an entity reference. */
export type NodeLookup = (ref: EntityRef) => NodeModel | undefined;

/** A root field that reads. */
export interface QueryField {
  readonly kind:
    | 'one'
    | 'byKey'
    | 'many'
    | 'connection'
    | 'aggregate'
    | 'groupBy'
    /** Approvals that wait, as a list and as a connection. */
    | 'pending'
    | 'pendingConnection';
  readonly node: NodeModel;
}

/** The fields and types of a subgraph, by the names of its graph. */
export interface SubgraphIndex {
  readonly lookup: NodeLookup;
  /** Nodes by GraphQL type name. */
  readonly types: ReadonlyMap<string, NodeModel>;
  readonly queries: ReadonlyMap<string, QueryField>;
}

export interface SubgraphNodes {
  readonly all: readonly NodeModel[];
  readonly index: SubgraphIndex;
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
    // The declaring document may not name the key of the other app's entity; here the key is known.
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
  const all = [...nodes.values()];
  return {
    all,
    index: {
      lookup: (ref) => nodes.get(refKey(ref)),
      types: new Map(all.map((node) => [typeName(refOf(node), graph.home), node])),
      queries: queryFields(all, graph),
    },
  };
}

export function refOf({ entity }: NodeModel): EntityRef {
  return { app: entity.app, entity: entity.name };
}

function queryFields(nodes: readonly NodeModel[], graph: GraphModels): Map<string, QueryField> {
  const fields = new Map<string, QueryField>();
  for (const node of nodes.filter(({ owned, entity }) => owned && entity.origin !== 'engine_part')) {
    const names = entityNames(refOf(node), graph.home);
    fields.set(names.one, { kind: 'one', node });
    fields.set(names.byKey, { kind: 'byKey', node });
    fields.set(names.many, { kind: 'many', node });
    fields.set(names.connection, { kind: 'connection', node });
    fields.set(names.aggregate, { kind: 'aggregate', node });
    fields.set(names.groupBy, { kind: 'groupBy', node });
    if (node.entity.origin !== 'engine' || node.entity.name !== WORKFLOW_APPROVAL) continue;
    const { pendingApprovals, pendingApprovalsConnection } = workflowNames(node.entity.app, graph.home);
    fields.set(pendingApprovals, { kind: 'pending', node });
    fields.set(pendingApprovalsConnection, { kind: 'pendingConnection', node });
  }
  return fields;
}

function columnFields(entity: EntityModel): [string, NodeField][] {
  const fields = entity.fields.map((field): [string, NodeField] => [
    field.graphqlName,
    { kind: 'column', field },
  ]);
  const transitions = entity.machines.map((machine): [string, NodeField] => [
    transitionsFieldName(machine.field),
    { kind: 'transitions', machine },
  ]);
  return [...fields, [entity.versionGraphqlName, { kind: 'version' }], ...transitions];
}

function linkFields(links: readonly LinkModel[]): [string, NodeField][] {
  return links.flatMap((link): [string, NodeField][] => {
    const own: [string, NodeField] = [link.graphqlName, { kind: 'link', link }];
    if (link.kind === 'to_one' || link.kind === 'has_one') return [own];
    return [
      own,
      [linkConnectionName(link), { kind: 'connection', link }],
      [linkAggregateName(link), { kind: 'aggregate', link }],
    ];
  });
}

function refKey(ref: EntityRef): string {
  return `${ref.app}.${ref.entity}`;
}
