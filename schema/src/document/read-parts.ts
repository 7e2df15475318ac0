import { z } from 'zod';
import type { CacheDefinition } from './cache-definition.ts';
import type { DocumentParts, Located } from './checks/context.ts';
import type { FaultCollector } from './faults/fault-collector.ts';
import type { JsonPath } from './faults/json-path.ts';
import { showValue } from './faults/show-value.ts';
import {
  permissionShape,
  ruleShape,
  stateMachineShape,
  uiConfigShape,
  webhookShape,
  workflowShape,
} from './shapes/behaviour-shapes.ts';
import { settingsShape } from './shapes/cache-shape.ts';
import { entityShape, relationShape } from './shapes/entity-shape.ts';
import { jsonObject, nonEmptyText, text } from './shapes/shape.ts';
import { reportIssues } from './shapes/shape-faults.ts';
import { reportUnknownProperties } from './shapes/unknown-properties.ts';
import type { SampleRow } from './types.ts';

const MAX_ENTITIES = 1_000;
/** Every process that serves an app compiles all of them. */
const MAX_RULES = 5_000;

type Head = Readonly<Record<string, unknown>>;

/** Rows by the key they are listed under. */
export type SampleTables = Readonly<Record<string, readonly Located<SampleRow>[]>>;

export interface ReadDocument {
  readonly parts: DocumentParts;
  readonly unusableEntities: ReadonlySet<string>;
  readonly texts: { readonly exported_at?: string; readonly description?: string };
  readonly settings: { readonly cache?: CacheDefinition };
  readonly sampleData: SampleTables;
}

/** The shape step: every part that has its shape, with its place; a fault for every other. */
export function readParts(head: Head, faults: FaultCollector): ReadDocument {
  const reader = new PartReader(head, faults);
  const parts: DocumentParts = {
    entities: reader.list('entities', entityShape, MAX_ENTITIES),
    relations: reader.list('relations', relationShape),
    rules: reader.list('rules', ruleShape, MAX_RULES),
    state_machines: reader.list('state_machines', stateMachineShape),
    workflows: reader.list('workflows', workflowShape),
    permissions: reader.list('permissions', permissionShape),
    webhooks: reader.list('webhooks', webhookShape),
    ui_configs: reader.list('ui_configs', uiConfigShape),
    exports: reader.list('exports', nonEmptyText),
  };
  const exportedAt = reader.text('exported_at');
  const description = reader.text('description');
  const texts = {
    ...(exportedAt === undefined ? {} : { exported_at: exportedAt }),
    ...(description === undefined ? {} : { description }),
  };
  const settings = reader.item(settingsShape, { value: { cache: head['cache'] }, path: [] }) ?? {};
  const unusableEntities = unusableNames(head['entities'], parts.entities);
  const sampleData = readSampleData(head['sample_data'], reader);
  return { parts, unusableEntities, texts, settings, sampleData };
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Names of entities that were left out, as far as they can be read. */
function unusableNames(
  entities: unknown,
  usable: readonly Located<{ readonly name: string }>[],
): Set<string> {
  const known = new Set(usable.map(({ value }) => value.name));
  const names = Array.isArray(entities) ? entities.map(nameOf) : [];
  return new Set(names.filter((name) => name !== undefined && !known.has(name)).map(String));
}

function nameOf(entity: unknown): string | undefined {
  const named = z.object({ name: z.string() }).safeParse(entity);
  return named.success ? named.data.name : undefined;
}

function readSampleData(sample: unknown, reader: PartReader): SampleTables {
  if (isAbsent(sample)) return {};
  const byKey = reader.value(z.record(z.string(), z.unknown()), { value: sample, path: ['sample_data'] });
  const tables = Object.entries(byKey ?? {}).map(
    ([key, rows]) => [key, readRows({ value: rows, path: ['sample_data', key] }, reader)] as const,
  );
  return Object.fromEntries(tables);
}

function readRows(rows: Located<unknown>, reader: PartReader): Located<SampleRow>[] {
  const list = isAbsent(rows.value) ? [] : reader.value(z.array(z.unknown()), rows);
  return (list ?? []).flatMap((row, index) => {
    const path = [...rows.path, index];
    const value = reader.value(jsonObject, { value: row, path });
    return value === undefined ? [] : [{ value, path }];
  });
}

class PartReader {
  readonly #head: Head;
  readonly #faults: FaultCollector;

  constructor(head: Head, faults: FaultCollector) {
    this.#head = head;
    this.#faults = faults;
  }

  /** The items of a top-level list that have the shape; an absent list is empty. */
  list<S extends z.ZodType>(
    key: string,
    schema: S,
    maxItems = Number.POSITIVE_INFINITY,
  ): Located<z.output<S>>[] {
    const items = this.#head[key];
    if (isAbsent(items)) return [];
    if (!Array.isArray(items)) {
      this.#faults.error([key], `${showValue(items)} is not a list`);
      return [];
    }
    if (items.length > maxItems) {
      this.#faults.error([key], `The list holds ${items.length} items; ${maxItems} are allowed`);
      return [];
    }
    return items.flatMap((item: unknown, index) => {
      const path: JsonPath = [key, index];
      const value = this.item(schema, { value: item, path });
      return value === undefined ? [] : [{ value, path }];
    });
  }

  /** As {@link value}, of an object whose properties are known. */
  item<S extends z.ZodType>(schema: S, item: Located<unknown>): z.output<S> | undefined {
    reportUnknownProperties(schema, item, this.#faults);
    return this.value(schema, item);
  }

  value<S extends z.ZodType>(schema: S, item: Located<unknown>): z.output<S> | undefined {
    const result = schema.safeParse(item.value);
    if (result.success) return result.data;
    reportIssues(result.error.issues, { base: item.path, input: item.value }, this.#faults);
    return undefined;
  }

  text(key: string): string | undefined {
    const value = this.#head[key];
    return isAbsent(value) ? undefined : this.value(text, { value, path: [key] });
  }
}
