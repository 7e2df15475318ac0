/** Plans `_entities`: records that the gateway names by key, one read for each type among them. */
import { keyValue, MATCH_ALL, RocketError } from '@rocket/schema';
import { isObjectType } from 'graphql';
import { rowSource } from './page-arguments.ts';
import type { PlanContext } from './plan-context.ts';
import type { EntitiesPart } from './plan-operation.ts';
import { planRecord } from './plan-record.ts';
import type { EntitiesPlan } from './read-plan.ts';
import { type SelectedField, subselections } from './selection.ts';

/** @throws RocketError `BAD_USER_INPUT` for a representation of a type that is not here; permission errors */
export function planEntities(
  context: PlanContext,
  given: unknown,
  selected: SelectedField,
): { readonly parts: readonly EntitiesPart[]; readonly length: number } {
  const representations: readonly unknown[] = Array.isArray(given) ? given : [];
  const positions = new Map<string, number[]>();
  for (const [index, representation] of representations.entries()) {
    const typeName = String(propertyOf(representation, '__typename'));
    const known = positions.get(typeName);
    if (known === undefined) positions.set(typeName, [index]);
    else known.push(index);
  }
  const parts = [...positions].map(([typeName, at]): EntitiesPart => {
    const keys = at.map((index) => representations[index]);
    return {
      typeName,
      positions: at,
      entities: planType(context, typeName, { keys, selected, asTexts: positions.size > 1 }),
    };
  });
  return { parts, length: representations.length };
}

function planType(
  context: PlanContext,
  typeName: string,
  of: { keys: readonly unknown[]; selected: SelectedField; asTexts: boolean },
): EntitiesPlan {
  const node = context.index.types.get(typeName);
  const type = context.schema.getType(typeName);
  if (node === undefined || !isObjectType(type)) {
    throw new RocketError('BAD_USER_INPUT', `There is no entity of type ${typeName} here`);
  }
  const { entity, owned } = node;
  const key = entity.primaryKey;
  return {
    entity,
    keys: of.keys.map((representation) => keyValue(key, propertyOf(representation, key.graphqlName))),
    source: owned ? { ...rowSource(context, entity, {}), where: MATCH_ALL } : null,
    record: planRecord(context, node, {
      type,
      selectionSets: subselections(of.selected),
      path: [of.selected.responseKey],
    }),
    asTexts: of.asTexts,
  };
}

function propertyOf(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
