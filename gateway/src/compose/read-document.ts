import {
  type AppDocument,
  type AppModel,
  type AppName,
  buildModel,
  type DocumentFault,
  type DocumentSummary,
  documentHash,
  documentSummary,
  parseDocumentText,
} from '@rocket/schema';

/** The part of the model that an import needs and that can be sent to another thread. */
export type ImportedModel = Pick<AppModel, 'app' | 'document' | 'refersTo'>;

/** Names in the author's order: a model is sorted, but faults refer to places in the document as written. */
export interface WrittenOrder {
  readonly entities: readonly string[];
  readonly relations: readonly string[];
}

/** A document that is valid by itself. */
export interface ReadDocument {
  readonly model: ImportedModel;
  readonly contentHash: string;
  readonly written: WrittenOrder;
  /** Separate from the document, which is stored without it. */
  readonly sampleData: AppDocument['sample_data'];
  readonly summary: DocumentSummary;
  readonly warnings: readonly DocumentFault[];
}

export type ReadOutcome =
  | { readonly ok: true; readonly read: ReadDocument }
  | { readonly ok: false; readonly faults: readonly DocumentFault[] };

/** Makes all checks that need only the document. For 1,000 entities this takes a second of CPU. */
export function readDocument(app: AppName, text: string): ReadOutcome {
  const parsed = parseDocumentText(text, app);
  if (!parsed.ok) return parsed;
  const { document: given, warnings } = parsed;
  const { document, refersTo } = buildModel(given, app);
  const read = {
    model: { app, document, refersTo },
    contentHash: documentHash(document),
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
