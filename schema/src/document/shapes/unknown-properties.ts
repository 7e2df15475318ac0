import { z } from 'zod';
import type { Located } from '../checks/context.ts';
import type { FaultCollector } from '../faults/fault-collector.ts';
import { didYouMean, didYouMeanOf } from '../faults/nearest-name.ts';
import { knownProperties } from './shape.ts';

/** What an export of a program's database may carry beside the properties of an item; it means nothing here. */
const ITEM_METADATA: ReadonlySet<string> = new Set(['id', 'created_at', 'updated_at']);

/** Reports the properties of one item of a section that its shape does not know, at every level of it. */
export function reportUnknownProperties(
  schema: z.core.$ZodType,
  item: Located<unknown>,
  faults: FaultCollector,
): void {
  visit(schema, item, { faults, ignored: ITEM_METADATA });
}

interface Visit {
  readonly faults: FaultCollector;
  readonly ignored: ReadonlySet<string>;
}

function visit(schema: z.core.$ZodType, { value, path }: Located<unknown>, { faults, ignored }: Visit): void {
  const inner: Visit = { faults, ignored: new Set() };
  const described = unwrap(schema);
  if (Array.isArray(value)) {
    if (!(described instanceof z.ZodArray)) return;
    for (const [index, member] of value.entries()) {
      visit(described.element, { value: member, path: [...path, index] }, inner);
    }
  } else if (typeof value === 'object' && value !== null) {
    reportUnknown(described, { value, path }, { faults, ignored });
    if (!(described instanceof z.ZodObject)) return;
    for (const [name, property] of Object.entries<z.core.$ZodType>(described.shape)) {
      visit(property, { value: Reflect.get(value, name), path: [...path, name] }, inner);
    }
  }
}

/** The inner schema, without the wrappers that preprocess a value or make it optional. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  for (;;) {
    if (inner instanceof z.ZodPipe) inner = inner.out;
    else if (inner instanceof z.ZodExactOptional) inner = inner.unwrap();
    else return inner;
  }
}

function reportUnknown(
  schema: z.core.$ZodType,
  { value, path }: Located<object>,
  { faults, ignored }: Visit,
): void {
  const known = knownProperties.get(schema);
  if (known === undefined) return;
  const names = new Set(known.names);
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || names.has(name) || ignored.has(name)) continue;
    const place = [...path, name];
    const label = JSON.stringify(name);
    if (known.unknownIs === 'error') {
      const message = `There is no property ${label}; what decides about access must be understood whole`;
      faults.error(place, message, () => didYouMeanOf('Known', name, names));
    } else {
      faults.warning(place, `The property ${label} is not known and has no effect`, () =>
        didYouMean(name, names),
      );
    }
  }
}
