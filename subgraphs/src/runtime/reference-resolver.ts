/** `__resolveReference`: representations of one type are batched into one statement per selection. */
import { keyValue, RocketError } from '@rocket/schema';
import DataLoader from 'dataloader';
import { type GraphQLResolveInfo, isObjectType } from 'graphql';
import { loadByKeys } from '../read/load-level.ts';
import { loadLinks } from '../read/load-links.ts';
import type { NodeLookup, NodeModel } from '../read/node-model.ts';
import { type Place, planLevel, planLinks } from '../read/plan-level.ts';
import { LINKS, type LoadedRecord } from '../read/record.ts';
import { planContext, type ReferenceLoader, type RequestContext } from './request-context.ts';

type Representation = Readonly<Record<string, unknown>>;

export function referenceResolver(node: NodeModel, type: string, lookup: NodeLookup) {
  const keyName = node.entity.primaryKey.graphqlName;
  return (representation: Representation, context: RequestContext, info: GraphQLResolveInfo) => {
    const key = keyValue(node.entity.primaryKey, representation[keyName]);
    if (key === null) return null;
    // One operation may ask for `_entities` under several response keys, each with a selection of its own.
    const place = `${String(info.path.key)}:${type}`;
    let loader = context.references.get(place);
    if (loader === undefined) {
      loader = referenceLoader(context, { node, lookup, info, place: placeOf(info, type) });
      context.references.set(place, loader);
    }
    return loader.load(key);
  };
}

function placeOf(info: GraphQLResolveInfo, typeName: string): Place {
  const type = info.schema.getType(typeName);
  if (!isObjectType(type)) throw new RocketError('INTERNAL_ERROR', `${typeName} is not an object type`);
  return { type, nodes: info.fieldNodes };
}

function referenceLoader(
  context: RequestContext,
  of: { node: NodeModel; lookup: NodeLookup; info: GraphQLResolveInfo; place: Place },
): ReferenceLoader {
  const plans = planContext(context, of.lookup, of.info);
  const field = of.node.entity.primaryKey;
  return new DataLoader<string, LoadedRecord | null>(async (keys) => {
    if (of.node.owned) {
      const found = await loadByKeys(context.database, planLevel(plans, of.node, of.place), { field, keys });
      return keys.map((key) => found.get(key) ?? null);
    }
    // The record belongs to another app, which has already shown that it exists: only what this app adds is loaded.
    const stubs = keys.map((key): LoadedRecord => ({ [LINKS]: new Map(), [field.graphqlName]: key }));
    await loadLinks(context.database, planLinks(plans, of.node, of.place), stubs);
    return stubs;
  });
}
