import type { AppDocument } from './types.ts';

/** How many of each part a document has; `records` counts sample rows. */
export interface DocumentSummary {
  readonly entities: number;
  readonly relations: number;
  readonly rules: number;
  readonly state_machines: number;
  readonly workflows: number;
  readonly permissions: number;
  readonly webhooks: number;
  readonly ui_configs: number;
  readonly exports: number;
  readonly records: number;
}

export function documentSummary(document: AppDocument): DocumentSummary {
  return {
    entities: document.entities.length,
    relations: document.relations.length,
    rules: document.rules.length,
    state_machines: document.state_machines.length,
    workflows: document.workflows.length,
    permissions: document.permissions.length,
    webhooks: document.webhooks.length,
    ui_configs: document.ui_configs.length,
    exports: document.exports.length,
    records: Object.values(document.sample_data).reduce((sum, rows) => sum + rows.length, 0),
  };
}
