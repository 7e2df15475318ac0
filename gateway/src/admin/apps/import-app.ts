import type { CatalogSnapshot } from '@rocket/platform';
import {
  type ActivationReport,
  type AppDocument,
  type AppName,
  appDatabaseName,
  appName,
  type DocumentFault,
  type Revision,
  RocketError,
  requireFreeName,
  shardName,
} from '@rocket/schema';
import type { ReadDocument } from '../../compose/read-document.ts';
import { requireUnmoved } from '../moves/require-unmoved.ts';
import { type AdminParts, publish } from '../parts.ts';
import { activateRevision, activateTables } from './activate-revision.ts';
import { type Candidate, checkGraphs } from './check-graphs.ts';
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
 * Makes a document an app's metadata, completely or not at all: validate -> fits other apps -> graphs compose -> place
 * -> tables and sample data -> publish. Until the last step the former revision serves.
 * @throws RocketError `DOCUMENT_INVALID` with its faults, `COMPOSITION_FAILED`, `CONFLICT`, or what the shard refused
 *   with
 */
export async function importApp(input: ImportInput, parts: AdminParts): Promise<ImportOutcome> {
  const app = appName(input.name);
  requireFreeName(app);
  // Sent as text because a copy of the value would lose digits: see `ComposeWork`.
  const outcome = await parts.composer.readDocument(app, JSON.stringify(input.document));
  if (!outcome.ok) throw documentInvalid(outcome.faults);
  const { read } = outcome;
  const { model, contentHash, sampleData } = read;
  await requireUnmoved(app, parts);
  await settleImports(parts);
  await requireSettled(app, parts);
  const snapshot = await parts.view.refresh();
  await checkOtherApps(read, snapshot, parts);
  const active = snapshot.apps.get(app)?.activeRevision ?? null;
  const unchanged =
    active !== null && (await parts.documents({ app, revision: active })).contentHash === contentHash;
  checkPlace(app, input.shard, snapshot);
  const report = unchanged
    ? await activateTables({ app, revision: active, sampleData }, parts)
    : await replaceRevision({ model, contentHash, sampleData, active, input }, { snapshot, parts });
  return {
    app,
    outcome: unchanged ? 'unchanged' : active === null ? 'created' : 'updated',
    ...report,
    summary: read.summary,
    warnings: read.warnings,
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
      // Changed tables cannot be followed by a database that has the former ones.
      if (activation.report.changes.length > 0) await parts.catalog.moves.endKeeping(app);
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

/** The original failure is reported; a failure of the clean-up is only logged. */
async function undoCreation(app: AppName, parts: AdminParts): Promise<void> {
  try {
    await forgetApp(app, parts);
    await parts.view.refresh();
  } catch (error) {
    parts.logger.error({ err: error, app }, 'an app whose creation failed could not be removed');
  }
}

/** @throws RocketError `DOCUMENT_INVALID` when it does not fit the apps that it refers to, or that refer to it */
async function checkOtherApps(
  { model, written }: ReadDocument,
  snapshot: CatalogSnapshot,
  { composer, documents }: AdminParts,
): Promise<void> {
  const { app, document, refersTo } = model;
  const referred = new Set(refersTo);
  const related = [...snapshot.apps.values()].filter(
    (other) => other.name !== app && (referred.has(other.name) || other.refersTo.includes(app)),
  );
  if (referred.size === 0 && related.length === 0) return;
  const others = await Promise.all(
    related.flatMap(({ name, activeRevision }) =>
      activeRevision === null
        ? []
        : [
            documents({ app: name, revision: activeRevision }).then(({ document }) => ({
              app: name,
              document,
            })),
          ],
    ),
  );
  const faults = await composer.crossAppFaults({ app, document, written, others });
  if (faults.length > 0) throw documentInvalid(faults);
}

function documentInvalid(faults: readonly DocumentFault[]): RocketError {
  const first = faults[0];
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const message =
    first === undefined ? undefined : `The document is not valid: ${first.path}: ${first.message}${more}`;
  return new RocketError('DOCUMENT_INVALID', message, { details: { faults } });
}
