/** Root fields of writing: names are translated to the document's, the pipeline writes, the record is read again. */
import type { EntityModel, EntityNames, UserError } from '@rocket/schema';
import type { GraphQLResolveInfo } from 'graphql';
import type { NodeLookup, NodeModel } from '../read/node-model.ts';
import type { LoadedRecord } from '../read/record.ts';
import { fieldType, selectedFields } from '../read/selection.ts';
import type { WriteResult } from '../write/pipeline.ts';
import { loadOne, placeOf, type RootResolver } from './query-resolvers.ts';
import type { RequestContext } from './request-context.ts';

/** Source object of a payload type. */
export interface Payload {
  /** Key of the record to read; null when the write was refused. */
  readonly key: string | null;
  /** For a delete: the record as it was, by response key, since it cannot be read any more. */
  readonly before: ReadonlyMap<string, LoadedRecord | null> | null;
  readonly errors: readonly UserError[];
}

export function mutationResolvers(
  node: NodeModel,
  names: EntityNames,
  lookup: NodeLookup,
): Record<string, RootResolver> {
  const { entity } = node;
  return {
    [names.create]: async (_source, args, context) =>
      payload(await context.writes.create(context.caller, entity.name, documentInput(entity, args['input']))),
    [names.update]: async (_source, args, context) =>
      payload(
        await context.writes.update(context.caller, entity.name, {
          id: String(args['id']),
          patch: documentInput(entity, args['patch']),
          ...versionArgument(args),
        }),
      ),
    [names.delete]: async (_source, args, context, info) => {
      const id = String(args['id']);
      const before = await readBefore(context, { node, names, lookup, info, id });
      const result = await context.writes.delete(context.caller, entity.name, {
        id,
        ...versionArgument(args),
      });
      return payload(result, before);
    },
  };
}

/** Resolver of the record in a payload. */
export function payloadRecord(node: NodeModel, lookup: NodeLookup) {
  return (source: Payload, _args: unknown, context: RequestContext, info: GraphQLResolveInfo) => {
    if (source.key === null) return null;
    if (source.before !== null) return source.before.get(String(info.path.key)) ?? null;
    return loadOne(context, { node, lookup, info, id: source.key });
  };
}

function payload(result: WriteResult, before: Payload['before'] = null): Payload {
  return result.ok
    ? { key: result.key, before, errors: [] }
    : { key: null, before: null, errors: result.errors };
}

/** Reads what the payload selects of a record that is about to go. */
async function readBefore(
  context: RequestContext,
  of: { node: NodeModel; names: EntityNames; lookup: NodeLookup; info: GraphQLResolveInfo; id: string },
): Promise<Map<string, LoadedRecord | null>> {
  const { type, nodes } = placeOf(of.info);
  const records = new Map<string, LoadedRecord | null>();
  for (const field of selectedFields(of.info, type, nodes)) {
    if (field.name !== of.names.one) continue;
    const place = { type: fieldType(type, field), nodes: field.nodes };
    records.set(field.responseKey, await loadOne(context, { ...of, place }));
  }
  return records;
}

/** Input keys as the document names them. GraphQL has refused unknown ones already. */
function documentInput(entity: EntityModel, input: unknown): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  if (input === null || typeof input !== 'object') return values;
  for (const [name, value] of Object.entries(input)) {
    const field = entity.fieldByGraphqlName.get(name);
    if (field !== undefined) values[field.name] = value;
  }
  return values;
}

function versionArgument(args: Readonly<Record<string, unknown>>): { expectedVersion?: number } {
  const version = args['expectedVersion'];
  return typeof version === 'number' ? { expectedVersion: version } : {};
}
