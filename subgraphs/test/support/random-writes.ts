/** Random writes of the records of random reads: of one record, of its links, or of it with its children. */
import {
  type AppModel,
  type EntityModel,
  type FieldModel,
  type NestedLink,
  nestedLinks,
  RocketError,
} from '@rocket/schema';
import fc from 'fast-check';
import { documentInput } from '../../src/operation/document-input.ts';
import type { WritePipeline } from '../../src/write/pipeline.ts';
import { operandsOf, targetOf } from './random-reads/where-arbitrary.ts';
import { ADMIN } from './write-app.ts';

type Input = Readonly<Record<string, unknown>>;

export interface RandomWrite {
  readonly entity: string;
  readonly kind: 'create' | 'update' | 'delete' | 'restore';
  readonly id: string;
  /** As GraphQL would deliver it. */
  readonly input: Input;
}

export function writeArbitrary(model: AppModel): fc.Arbitrary<RandomWrite> {
  const each = [...model.entities.values()].map((entity) => ({
    weight: entity.links.length,
    arbitrary: writeOf(model, entity),
  }));
  return fc.noBias(fc.oneof(...each));
}

function writeOf(model: AppModel, entity: EntityModel): fc.Arbitrary<RandomWrite> {
  const kinds = fc.oneof(
    { weight: 6, arbitrary: fc.constant('update' as const) },
    { weight: 2, arbitrary: fc.constant('create' as const) },
    { weight: 1, arbitrary: fc.constant('delete' as const) },
    { weight: entity.softDelete ? 2 : 0, arbitrary: fc.constant('restore' as const) },
  );
  return kinds.chain((kind) =>
    fc.record({
      entity: fc.constant(entity.name),
      kind: fc.constant(kind),
      id: keysOf(entity),
      input: inputOf(model, entity, kind),
    }),
  );
}

function inputOf(model: AppModel, entity: EntityModel, kind: RandomWrite['kind']): fc.Arbitrary<Input> {
  if (kind === 'delete' || kind === 'restore') return fc.constant({});
  const links = nestedLinks(entity).map((link) =>
    nestedOf(model, link).map((value): Input => ({ [link.graphqlName]: value })),
  );
  const nested = fc.oneof(fc.constant<Input>({}), ...links);
  return fc.tuple(valuesOf(entity, kind === 'create'), nested).map(([a, b]) => ({ ...a, ...b }));
}

function nestedOf(model: AppModel, link: NestedLink): fc.Arbitrary<Input> {
  const target = targetOf(model, link);
  const keys = fc.uniqueArray(keysOf(target), { maxLength: 2 });
  if (link.kind === 'many_to_many')
    return fc
      .tuple(keys, keys)
      .map(([add, gone]) => ({ add, remove: gone.filter((key) => !add.includes(key)) }));
  const item = fc
    .tuple(fc.option(keysOf(target), { freq: 3 }), valuesOf(target, false), fc.boolean())
    .map(([id, values, isDeleted]) => ({
      ...values,
      ...(id === null ? {} : { [target.primaryKey.graphqlName]: id, delete: isDeleted }),
    }));
  return fc.record({
    mode: fc.constantFrom('DIFF', 'REPLACE', 'APPEND'),
    data: fc.array(item, { maxLength: 2 }),
  });
}

/** A new record has a key and what is required; of others, few fields change. */
function valuesOf(entity: EntityModel, isNew: boolean): fc.Arbitrary<Input> {
  const fields = entity.fields.filter(({ writable, isPrimaryKey }) => writable && !isPrimaryKey);
  const required = fields.filter((field) => isNew && field.required);
  const key = entity.primaryKey;
  return fc.subarray(fields, { minLength: 1, maxLength: isNew ? fields.length : 2 }).chain((some) => {
    const given = [...new Set([...required, ...some])];
    const values = Object.fromEntries(given.map((field) => [field.graphqlName, fieldValue(entity, field)]));
    return fc.record(isNew && key.writable ? { ...values, [key.graphqlName]: keysOf(entity) } : values);
  });
}

function fieldValue(entity: EntityModel, field: FieldModel): fc.Arbitrary<unknown> {
  const value = fc.constantFrom(...operandsOf(entity, field));
  return field.nullable ? fc.option(value, { freq: 4 }) : value;
}

function keysOf(entity: EntityModel): fc.Arbitrary<string> {
  return fc.constantFrom(...operandsOf(entity, entity.primaryKey).map(String));
}

/** @returns whether it was accepted; what is wrong with its input, or in the way of it, is no fault of the test's */
export async function runWrite(model: AppModel, writes: WritePipeline, write: RandomWrite): Promise<boolean> {
  const entity = model.entities.get(write.entity);
  if (entity === undefined) throw new Error(`No entity ${write.entity}`);
  const { values, nested } = documentInput(model.entities, entity, write.input);
  const { kind, id } = write;
  const run = async () => {
    switch (kind) {
      case 'create':
        return await writes.create(ADMIN, entity.name, values, nested);
      case 'update':
        return await writes.update(ADMIN, entity.name, { id, patch: values, nested });
      case 'delete':
        return await writes.delete(ADMIN, entity.name, { id });
      case 'restore':
        return await writes.restore(ADMIN, entity.name, id);
      default:
        return kind satisfies never;
    }
  };
  try {
    return (await run()).ok;
  } catch (error) {
    if (error instanceof RocketError && error.code !== 'INTERNAL_ERROR') return false;
    throw error;
  }
}
