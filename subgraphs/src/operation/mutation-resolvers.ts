/**
 * Resolvers of mutations: they translate names to the document's, the pipeline writes, and the record is read again.
 */
import {
  type AppModel,
  type EntityNames,
  type FieldModel,
  type Home,
  transitionNames,
  type UserError,
} from '@rocket/schema';
import { type GraphQLResolveInfo, getNamedType, isObjectType } from 'graphql';
import { type NodeModel, refOf } from '../read/node-model.ts';
import { type Place, placeBelow } from '../read/place.ts';
import { selectedFields } from '../read/selection.ts';
import type { WriteResult } from '../write/pipeline.ts';
import { documentInput, storedValue } from './document-input.ts';
import { planPath } from './plan-path.ts';
import { readPayload } from './read-payload.ts';
import type { RequestContext } from './request-context.ts';

type Arguments = Readonly<Record<string, unknown>>;

export type RootResolver = (
  source: unknown,
  args: Arguments,
  context: RequestContext,
  info: GraphQLResolveInfo,
) => unknown;

/** Source object of a payload type. */
export interface Payload {
  /** Key of the record to read; null when the write was refused. */
  readonly key: string | null;
  /** For a delete: the record as it was, by response key, since it cannot be read any more. */
  readonly before: ReadonlyMap<string, unknown> | null;
  readonly errors: readonly UserError[];
}

/** An entity whose records an operation writes, in the graph that it is served in. */
export interface WrittenEntity {
  readonly model: AppModel;
  readonly node: NodeModel;
  readonly names: EntityNames;
  readonly home: Home;
}

export function mutationResolvers(of: WrittenEntity): Record<string, RootResolver> {
  const { model, node, names } = of;
  const { entity } = node;
  return {
    [names.create]: async (_source, args, { writes, caller }) => {
      const { values, nested } = documentInput(model.entities, entity, args['input']);
      return payload(await writes.create(caller, entity.name, values, nested));
    },
    [names.update]: async (_source, args, { writes, caller }) => {
      const { values: patch, nested } = documentInput(model.entities, entity, args['patch']);
      const change = { id: String(args['id']), patch, nested, ...versionArgument(args) };
      return payload(await writes.update(caller, entity.name, change));
    },
    [names.delete]: async (_source, args, context, info) => {
      const id = String(args['id']);
      const before = await readBefore(context, { node, names, info, id });
      const result = await context.writes.delete(context.caller, entity.name, {
        id,
        ...versionArgument(args),
      });
      return payload(result, before);
    },
    // The schema has it only where deletion is soft.
    [names.restore]: async (_source, args, context) =>
      payload(await context.writes.restore(context.caller, entity.name, String(args['id']))),
    ...transitionResolvers(of),
  };
}

function transitionResolvers({ model, node, home }: WrittenEntity): Record<string, RootResolver> {
  const { entity } = node;
  const resolvers = entity.machines.map(({ field }): [string, RootResolver] => [
    transitionNames(refOf(node), field, home).mutation,
    async (_source, args, context) => {
      const { values: patch, nested } = documentInput(model.entities, entity, args['patch']);
      if (Object.hasOwn(patch, field.name)) return payload({ ok: false, errors: [stateInPatch(field)] });
      const change = {
        id: String(args['id']),
        patch: { ...patch, [field.name]: storedValue(field, args['to']) },
        nested,
        transition: field.name,
        ...versionArgument(args),
      };
      const result = await context.writes.update(context.caller, entity.name, change);
      return payload(result.ok ? result : { ok: false, errors: result.errors.map(atArgument(field)) });
    },
  ]);
  return Object.fromEntries(resolvers);
}

function stateInPatch(field: FieldModel): UserError {
  const message = `${field.graphqlName} is changed by "to"; leave it out of the patch`;
  return { code: 'VALIDATION_FAILED', message, path: ['patch', field.graphqlName], rule: 'read_only' };
}

/** The new state is an argument of its own, so its errors are there. */
function atArgument(field: FieldModel): (error: UserError) => UserError {
  const place = ['patch', field.graphqlName];
  return (error) =>
    error.path.length === 2 && place.every((part, index) => part === error.path[index])
      ? { ...error, path: ['to'] }
      : error;
}

/** Resolvers of a payload type. */
export function payloadResolvers(node: NodeModel, names: EntityNames) {
  return {
    errors: (source: Payload) => source.errors,
    [names.one]: (source: Payload, _args: unknown, context: RequestContext, info: GraphQLResolveInfo) => {
      if (source.key === null) return null;
      if (source.before !== null) return source.before.get(String(info.path.key)) ?? null;
      return readPayload(context, { node, id: source.key, place: placeOf(info), scope: info });
    },
  };
}

/** Resolvers of a user error: its properties are read by field names, whatever the operation calls them. */
export const USER_ERROR_RESOLVERS = {
  code: (error: UserError) => error.code,
  message: (error: UserError) => error.message,
  path: (error: UserError) => error.path,
  rule: (error: UserError) => error.rule,
};

/** Place of the value of the field that `info` belongs to. */
function placeOf(info: GraphQLResolveInfo): Place {
  const type = getNamedType(info.returnType);
  if (!isObjectType(type)) throw new TypeError(`${info.fieldName} does not return an object type`);
  return { type, selectionSets: info.fieldNodes.map((node) => node.selectionSet), path: planPath(info.path) };
}

/** What a payload type's fields are read from. */
export function payload(result: WriteResult, before: Payload['before'] = null): Payload {
  return result.ok
    ? { key: result.key, before, errors: [] }
    : { key: null, before: null, errors: result.errors };
}

/** Reads what the payload selects of a record that is about to be deleted. */
async function readBefore(
  context: RequestContext,
  of: { node: NodeModel; names: EntityNames; info: GraphQLResolveInfo; id: string },
): Promise<Map<string, unknown>> {
  const payload = placeOf(of.info);
  const records = new Map<string, unknown>();
  for (const field of selectedFields(of.info, payload.type, payload.selectionSets)) {
    if (field.name !== of.names.one) continue;
    const place = placeBelow(payload, field);
    records.set(field.responseKey, await readPayload(context, { ...of, place, scope: of.info }));
  }
  return records;
}

function versionArgument(args: Readonly<Record<string, unknown>>): { expectedVersion?: number } {
  const version = args['expectedVersion'];
  return typeof version === 'number' ? { expectedVersion: version } : {};
}
