import { z } from 'zod';
import type { AppName } from '../ids.ts';
import { checkSampleData } from './checks/check-sample-data.ts';
import type { CheckContext, EntityEntry } from './checks/context.ts';
import { runChecks } from './checks/run-checks.ts';
import { FaultCollector } from './faults/fault-collector.ts';
import type { DocumentFault } from './faults/faults.ts';
import { didYouMeanOf } from './faults/nearest-name.ts';
import { showValue } from './faults/show-value.ts';
import { guardJson } from './json-guard.ts';
import { type ReadDocument, readParts } from './read-parts.ts';
import type { AppDocument } from './types.ts';

export type ParsedDocument =
  | { readonly ok: true; readonly document: AppDocument; readonly warnings: readonly DocumentFault[] }
  /** Errors only, in document order, at most 100. */
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** Properties of a document. A table, so that no property of the type can be forgotten. */
const SECTIONS: ReadonlySet<string> = new Set(
  Object.keys({
    version: true,
    exported_at: true,
    description: true,
    cache: true,
    exports: true,
    entities: true,
    relations: true,
    permissions: true,
    rules: true,
    state_machines: true,
    workflows: true,
    webhooks: true,
    ui_configs: true,
    sample_data: true,
  } satisfies Record<keyof AppDocument, true>),
);

const headShape = z.record(z.string(), z.unknown());

/**
 * Reads a document that anybody may have written: is it JSON we can hold, has every part its shape, do the parts fit
 * together. Parts of the wrong shape do not stop the checks of the others, so one attempt shows all faults.
 * `app` is the app that the document is for. The rows of `sample_data` come out coerced to their columns' types.
 */
export function parseDocument(input: unknown, app: AppName): ParsedDocument {
  const faults = new FaultCollector();
  guardJson(input, faults);
  // Later stages walk the document freely, so nothing dangerous may be left in it.
  if (faults.hasErrors) return { ok: false, faults: faults.errors(input) };
  const head = headShape.safeParse(input);
  if (!head.success) {
    faults.error([], `A metadata document is an object, not ${showValue(input)}`);
    return { ok: false, faults: faults.errors(input) };
  }
  checkVersion(head.data['version'], faults);
  checkSections(head.data, faults);
  const read = readParts(head.data, faults);
  const context = checkContext(app, read, faults);
  runChecks(context);
  const sampleData = checkSampleData(context, read.sampleData);
  if (faults.hasErrors) return { ok: false, faults: faults.errors(input) };
  return { ok: true, document: assemble(read, sampleData), warnings: faults.warnings(input) };
}

function checkVersion(version: unknown, faults: FaultCollector): void {
  if (version === 1) return;
  const message =
    version === undefined ? 'The property is required' : `Version ${showValue(version)} is not supported`;
  faults.error(['version'], message, 'Write the number 1');
}

/** A misspelt section would be ignored as a whole; for `permissions` that means every access rule. */
function checkSections(head: Readonly<Record<string, unknown>>, faults: FaultCollector): void {
  for (const [name, section] of Object.entries(head)) {
    if (section === undefined || SECTIONS.has(name)) continue;
    faults.error([name], `There is no section ${JSON.stringify(name)} in a document`, () =>
      didYouMeanOf('Known', name, SECTIONS),
    );
  }
}

function checkContext(app: AppName, read: ReadDocument, faults: FaultCollector): CheckContext {
  const entities = new Map<string, EntityEntry>();
  for (const { value, path } of read.parts.entities) {
    // The check of names reports a second entity of the same name.
    if (entities.has(value.name)) continue;
    const fields = new Map(value.fields.map((field) => [field.name, field]));
    entities.set(value.name, { value, path, fields });
  }
  return { app, parts: read.parts, entities, unusableEntities: read.unusableEntities, faults };
}

function assemble(read: ReadDocument, sampleData: AppDocument['sample_data']): AppDocument {
  const values = <T>(items: readonly { readonly value: T }[]): T[] => items.map((item) => item.value);
  const { parts } = read;
  return {
    version: 1,
    ...read.texts,
    ...read.settings,
    entities: values(parts.entities),
    relations: values(parts.relations),
    rules: values(parts.rules),
    state_machines: values(parts.state_machines),
    workflows: values(parts.workflows),
    permissions: values(parts.permissions),
    webhooks: values(parts.webhooks),
    ui_configs: values(parts.ui_configs),
    exports: values(parts.exports),
    sample_data: sampleData,
  };
}
