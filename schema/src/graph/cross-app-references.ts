import type { EntityModel } from '../model/app-model.ts';
import { typeName } from '../naming/graph-names.ts';
import { type GraphModels, resolveReference } from '../sdl/subgraph-sdl.ts';

/**
 * A field whose record belongs to another app: the field's subgraph knows the key, but not whether the record exists.
 */
export interface CrossAppReference {
  readonly type: string;
  readonly field: string;
  /** Fields of the record that are never null and that only the record's own app can return. There is always one. */
  readonly witnesses: readonly [string, ...string[]];
}

export function crossAppReferences(graph: GraphModels): readonly CrossAppReference[] {
  const references: CrossAppReference[] = [];
  for (const model of graph.members.values()) {
    for (const entity of model.entities.values()) {
      for (const link of entity.links) {
        if (link.kind !== 'to_one' || link.target.app === model.app) continue;
        const target = resolveReference(model.app, link.target, graph);
        if (target === undefined) continue;
        const type = typeName({ app: entity.app, entity: entity.name }, graph.home);
        references.push({ type, field: link.graphqlName, witnesses: witnessesOf(target) });
      }
    }
  }
  return references;
}

function witnessesOf(entity: EntityModel): readonly [string, ...string[]] {
  const columns = entity.fields.filter((field) => !field.nullable && !field.isPrimaryKey);
  return [entity.versionGraphqlName, ...columns.map((field) => field.graphqlName)];
}
