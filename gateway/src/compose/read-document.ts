import { createHash } from 'node:crypto';
import {
  type AppDocument,
  type AppModel,
  type AppName,
  buildModel,
  canonicalJson,
  type DocumentFault,
  type DocumentSummary,
  documentSummary,
  parseDocumentText,
} from '@rocket/schema';

/** What of its model an import needs, and another thread can be given. */
export type ImportedModel = Pick<AppModel, 'app' | 'document' | 'refersTo'>;

/** Names in the order in which the author wrote them: a model is sorted, and faults are to be placed as written. */
export interface WrittenOrder {
  readonly entities: readonly string[];
  readonly relations: readonly string[];
}

/** A document that is valid by itself. */
export interface ReadDocument {
  readonly model: ImportedModel;
  readonly contentHash: string;
  readonly written: WrittenOrder;
  /** Apart from the document, which is stored without it. */
  readonly sampleData: AppDocument['sample_data'];
  readonly summary: DocumentSummary;
  readonly warnings: readonly DocumentFault[];
}

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadDocument }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** All that an import asks of a document alone. For 1,000 entities it takes a second of CPU. */
export function readDocument(app: AppName, text: string): ReadOutcome {
  const parsed = parseDocumentText(text, app);
  if (!parsed.ok) return parsed;
  const { document: given, warnings } = parsed;
  const { document, refersTo } = buildModel(given, app);
  const read = {
    model: { app, document, refersTo },
    contentHash: createHash('sha256').update(canonicalJson(document)).digest('hex'),
    written: {
      entities: given.entities.map(({ name }) => name),
      relations: given.relations.map(({ name }) => name),
    },
    sampleData: given.sample_data,
    summary: documentSummary(given),
    warnings,
  };
  return { ok: true, read };
}
