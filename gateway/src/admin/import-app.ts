import { createHash } from 'node:crypto';
import type { CatalogSnapshot } from '@rocket/platform';
import {
  type ActivationReport,
  type AppDocument,
  type AppModel,
  type AppName,
  appDatabaseName,
  appName,
  buildModel,
  canonicalJson,
  type DocumentFault,
  documentSummary,
  parseDocument,
  type Revision,
  RocketError,
  requireFreeName,
  shardName,
} from '@rocket/schema';
import { activateRevision, activateTables } from './activate-revision.ts';
import { type Candidate, checkGraphs } from './check-graphs.ts';
import { crossAppFaults } from './cross-app-checks.ts';
import { type AdminParts, publish } from './parts.ts';
import { placeApp } from './place-app.ts';
import { forgetApp } from './remove-app.ts';
import { requireSettled, settleImports } from './settle-imports.ts';

export interface ImportInput {
  readonly name: string;
  readonly document: unknown;
  readonly shard: string | null;
  readonly actor: string;
}

export interface ImportOutcome {
  readonly app: AppName;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly changes: readonly string[];
  readonly rowsInserted: number;
  readonly summary: unknown;
  readonly warnings: readonly DocumentFault[];
}

/**
 * Makes a document an app's metadata, whole or not at all: validate -> fits other apps -> graphs compose -> place ->
 * tables and sample data -> publish. Until the last step the former revision serves.
 * @throws RocketError `DOCUMENT_INVALID` with its faults, `COMPOSITION_FAILED`, `CONFLICT`, or what the shard refused with
 */
export async function importApp(input: ImportInput, parts: AdminParts): Promise<ImportOutcome> {
  const app = appName(input.name);
  requireFreeName(app);
  const parsed = parseDocument(input.document, app);
  if (!parsed.ok) throw documentInvalid(parsed.faults);
  await settleImports(parts);
  await requireSettled(app, parts);
  const snapshot = await parts.view.refresh();
  const model = buildModel(parsed.document, app);
  const faults = crossAppFaults({ model, given: parsed.document }, await otherModels(app, snapshot, parts));
  if (faults.length > 0) throw documentInvalid(faults);
  const contentHash = createHash('sha256').update(canonicalJson(model.document)).digest('hex');
  const active = snapshot.apps.get(app)?.activeRevision ?? null;
  const unchanged =
    active !== null && (await parts.documents({ app, revision: active })).contentHash === contentHash;
  checkPlace(app, input.shard, snapshot);
  const sampleData = parsed.document.sample_data;
  const report = unchanged
    ? await activateTables({ app, revision: active, sampleData }, parts)
    : await replaceRevision({ model, contentHash, sampleData, active, input }, { snapshot, parts });
  return {
    app,
    outcome: unchanged ? 'unchanged' : active === null ? 'created' : 'updated',
    ...report,
    summary: documentSummary(parsed.document),
    warnings: parsed.warnings,
  };
}

interface Replacement extends Candidate {
  readonly sampleData: AppDocument['sample_data'];
  readonly active: Revision | null;
  readonly input: ImportInput;
}

async function replaceRevision(
  replacement: Replacement,
  { snapshot, parts }: { snapshot: CatalogSnapshot; parts: AdminParts },
): Promise<ActivationReport> {
  const { model, contentHash, sampleData, active, input } = replacement;
  const { app } = model;
  await checkGraphs(replacement, snapshot, parts);
  const created = !snapshot.apps.has(app);
  if (created) await createApp(app, input.shard, parts);
  const createdBy = input.actor;
  const activation = await activateRevision({ model, contentHash, sampleData, active, createdBy }, parts);
  switch (activation.kind) {
    case 'active':
      await publish(parts);
      return activation.report;
    case 'refused':
      if (created) await undoCreation(app, parts);
      throw activation.error;
    case 'open':
      throw activation.error;
    default:
      return activation satisfies never;
  }
}

/** @throws RocketError `CONFLICT`: an import does not move an app */
function checkPlace(app: AppName, wanted: string | null, { shardMap }: CatalogSnapshot): void {
  const placement = shardMap.placements.get(app);
  if (wanted === null) return;
  const shard = shardName(wanted);
  if (!shardMap.shards.has(shard)) throw new RocketError('NOT_FOUND', `There is no shard ${shard}`);
  if (placement !== undefined && placement.shard !== shard) {
    throw new RocketError(
      'CONFLICT',
      `App ${app} is on shard ${placement.shard}; an import does not move it`,
    );
  }
}

async function createApp(app: AppName, wanted: string | null, parts: AdminParts): Promise<void> {
  const shard = await placeApp(wanted, parts);
  await parts.catalog.createApp({ app, shard, database: appDatabaseName(app) });
  await parts.view.refresh();
}

/** The failure that led here is the one to report; one of the clean-up is for the log. */
async function undoCreation(app: AppName, parts: AdminParts): Promise<void> {
  try {
    await forgetApp(app, parts);
    await parts.view.refresh();
  } catch (error) {
    parts.logger.error({ err: error, app }, 'an app whose creation failed could not be removed');
  }
}

async function otherModels(
  app: AppName,
  snapshot: CatalogSnapshot,
  { documents }: AdminParts,
): Promise<ReadonlyMap<AppName, AppModel>> {
  const models = new Map<AppName, AppModel>();
  for (const { name, activeRevision } of snapshot.apps.values()) {
    if (name === app || activeRevision === null) continue;
    const { document } = await documents({ app: name, revision: activeRevision });
    models.set(name, buildModel(document, name));
  }
  return models;
}

function documentInvalid(faults: readonly DocumentFault[]): RocketError {
  const first = faults[0];
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const message =
    first === undefined ? undefined : `The document is not valid: ${first.path}: ${first.message}${more}`;
  return new RocketError('DOCUMENT_INVALID', message, { details: { faults } });
}
