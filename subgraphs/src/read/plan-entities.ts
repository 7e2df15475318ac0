/** Plans `_entities`: records that the gateway names by key, one read for each type among them. */
import { keyValue, MATCH_ALL, RocketError } from '@rocket/schema';
import { isObjectType } from 'graphql';
import { rowSource } from './page-arguments.ts';
import type { PlanContext } from './plan-context.ts';
import { planRecord } from './plan-record.ts';
import type { EntitiesPlan } from './read-plan.ts';
import { type SelectedField, subselections } from './selection.ts';

export interface PlannedEntities {
  /** One part for each type that can be read. */
  readonly parts: readonly EntitiesPart[];
  readonly failed: readonly FailedEntities[];
  /** Number of requested entities. */
  readonly length: number;
}

/** Entities of a type that the caller may not read: the gateway puts an error of each where the entity belongs. */
interface FailedEntities {
  readonly positions: readonly number[];
  readonly error: Error;
}

interface EntitiesPart {
  readonly entities: EntitiesPlan;
  readonly typeName: string;
  readonly positions: readonly number[];
}

/** The form of its entities depends on how many types there are. */
type UnspelledPart = Omit<EntitiesPart, 'entities'> & { readonly entities: Omit<EntitiesPlan, 'asTexts'> };

/** A type that does not exist here, or that the caller may not read, fails only its own entities. */
export function planEntities(context: PlanContext, given: unknown, selected: SelectedField): PlannedEntities {
  const representations: readonly unknown[] = Array.isArray(given) ? given : [];
  const planned: UnspelledPart[] = [];
  const failed: FailedEntities[] = [];
  for (const [typeName, positions] of positionsByType(representations)) {
    const keys = positions.map((index) => representations[index]);
    try {
      planned.push({ typeName, positions, entities: planType(context, typeName, { keys, selected }) });
    } catch (error) {
      if (!(error instanceof RocketError)) throw error;
      failed.push({ positions, error });
    }
  }
  const asTexts = planned.length > 1;
  const parts = planned.map((part) => ({ ...part, entities: { ...part.entities, asTexts } }));
  return { parts, failed, length: representations.length };
}

function positionsByType(representations: readonly unknown[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [index, representation] of representations.entries()) {
    const typeName = String(propertyOf(representation, '__typename'));
    const known = positions.get(typeName);
    if (known === undefined) positions.set(typeName, [index]);
    else known.push(index);
  }
  return positions;
}

function planType(
  context: PlanContext,
  typeName: string,
  of: { keys: readonly unknown[]; selected: SelectedField },
): Omit<EntitiesPlan, 'asTexts'> {
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
  };
}

function propertyOf(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
