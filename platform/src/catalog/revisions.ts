import {
  type AppDocument,
  type AppName,
  appId,
  appName,
  type Revision,
  RocketError,
  revision,
} from '@rocket/schema';
import { z } from 'zod';
import type { Database, Row, Transaction } from '../postgres/queryable.ts';
import type { Catalog } from './catalog.ts';
import type { RevisionRecord } from './revision-record.ts';
import { lockApp, setActiveRevision } from './sql/app-sql.ts';
import {
  insertRevision,
  markRevisionActive,
  markRevisionFailed,
  retireActiveRevision,
  selectDocumentNames,
  selectPendingRevisions,
  selectRevision,
  selectRevisionState,
  selectRevisions,
} from './sql/revision-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

const RevisionColumn = z.number().transform(revision);
const State = z.enum(['pending', 'active', 'retired', 'failed']);
const SUMMARY = [
  RevisionColumn,
  z.string().transform(appId),
  z.number().nullable(),
  State,
  z.string(),
  z.string().transform((text) => new Date(text)),
  z.string(),
] as const;
const SummaryRow = z.tuple(SUMMARY);
/** The document was validated in full when it was imported; this only checks that it is a document at all. */
const Document = z.custom<AppDocument>(
  (value) => z.object({ version: z.literal(1), entities: z.array(z.unknown()) }).safeParse(value).success,
);
const PendingRow = z.tuple([z.string().transform(appName), RevisionColumn]);
const NameRow = z.tuple([
  z.string().transform(appName),
  RevisionColumn,
  z.string().transform(appId),
  z.string(),
]);
const DetailRow = z.tuple([...SUMMARY, Document]);

type RevisionCommands = Pick<
  Catalog,
  | 'addRevision'
  | 'activateRevision'
  | 'failRevision'
  | 'revision'
  | 'documentNames'
  | 'pendingRevisions'
  | 'listRevisions'
>;

/** Metadata revisions of the apps. */
export function revisionCommands(database: Database): RevisionCommands {
  return {
    addRevision: (input) =>
      database.transaction(async (transaction) => {
        await lockedActiveRevision(transaction, input.app);
        const [row] = await transaction.query(insertRevision(input));
        return z.tuple([RevisionColumn]).parse(row)[0];
      }),

    activateRevision: (input) => database.transaction((transaction) => activate(transaction, input)),

    async failRevision(app, number, reason) {
      const marked = await database.query(markRevisionFailed(app, number, reason));
      if (marked.length > 0) return;
      const [row] = await database.query(selectRevisionState(app, number));
      if (row === undefined) throw missing(app, number);
      throw new RocketError('CONFLICT', `Revision ${number} of ${app} is in use or was`);
    },

    async revision(app, number) {
      const [row] = await database.query(selectRevision(app, number));
      if (row === undefined) throw missing(app, number);
      const [, , , , , , , document] = DetailRow.parse(row);
      return { ...summary(app, row.slice(0, SUMMARY.length)), document };
    },

    async documentNames(members) {
      const rows = await database.query(selectDocumentNames(members));
      return rows
        .map((row) => NameRow.parse(row))
        .map(([app, revision, id, contentHash]) => ({ app, revision, appId: id, contentHash }));
    },

    async pendingRevisions() {
      const rows = await database.query(selectPendingRevisions());
      return rows.map((row) => PendingRow.parse(row)).map(([app, revision]) => ({ app, revision }));
    },

    async listRevisions(app) {
      const rows = await database.query(selectRevisions(app));
      return rows.map((row) => summary(app, row));
    },
  };
}

async function activate(
  transaction: Transaction,
  input: Parameters<Catalog['activateRevision']>[0],
): Promise<void> {
  const { app, revision: number, expectedActive, refersTo } = input;
  const active = await lockedActiveRevision(transaction, app);
  if (active !== expectedActive) {
    throw new RocketError(
      'CONFLICT',
      `Another revision of ${app} was activated meanwhile: ${active ?? 'none'} and not ${expectedActive ?? 'none'}`,
    );
  }
  const [row] = await transaction.query(selectRevisionState(app, number));
  if (row === undefined) throw missing(app, number);
  if (z.tuple([State]).parse(row)[0] === 'failed') {
    throw new RocketError('CONFLICT', `Revision ${number} of ${app} has failed and cannot be activated`);
  }
  await transaction.query(retireActiveRevision(app));
  await transaction.query(markRevisionActive(app, number));
  await transaction.query(setActiveRevision(app, number, refersTo));
  await transaction.query(bumpVersion());
}

/** @throws RocketError `APP_NOT_FOUND` */
async function lockedActiveRevision(transaction: Transaction, app: AppName): Promise<Revision | null> {
  const [row] = await transaction.query(lockApp(app));
  if (row === undefined) throw new RocketError('APP_NOT_FOUND', `There is no app ${app}`);
  return z.tuple([RevisionColumn.nullable()]).parse(row)[0];
}

function summary(app: AppName, row: Row): Omit<RevisionRecord, 'document'> {
  const [name, id, number, state, contentHash, createdAt, createdBy] = SummaryRow.parse(row);
  return { app, appId: id, revision: name, number, state, contentHash, createdAt, createdBy };
}

function missing(app: AppName, number: Revision): RocketError {
  return new RocketError('NOT_FOUND', `There is no revision ${number} of ${app}`);
}
