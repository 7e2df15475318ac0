import {
  type AppDocument,
  type AppModel,
  buildModel,
  type EntityModel,
  WORKFLOW_APPROVAL,
  WORKFLOW_HISTORY_ENTRY,
  WORKFLOW_INSTANCE,
} from '@rocket/schema';

/** What is known of workflows in an app's database, as entities of the engine. */
export interface WorkflowEntities {
  readonly instance: EntityModel;
  readonly approval: EntityModel;
  readonly history: EntityModel;
}

/** Those of the app's model. One whose document has no workflows any more may have instances that still run. */
export function workflowEntities(model: AppModel): WorkflowEntities {
  const { entities } = model.entities.has(WORKFLOW_INSTANCE) ? model : buildModel(ANY_WORKFLOWS, model.app);
  const entity = (name: string): EntityModel => {
    const found = entities.get(name);
    if (found === undefined) throw new TypeError(`The model of ${model.app} lacks ${name}`);
    return found;
  };
  return {
    instance: entity(WORKFLOW_INSTANCE),
    approval: entity(WORKFLOW_APPROVAL),
    history: entity(WORKFLOW_HISTORY_ENTRY),
  };
}

/** A document that has the entities of workflows and no others. */
const ANY_WORKFLOWS: AppDocument = {
  version: 1,
  entities: [],
  relations: [],
  rules: [],
  state_machines: [],
  workflows: [
    { name: 'any', trigger: { type: 'manual' }, steps: [{ id: 'none', type: 'action', actions: [] }] },
  ],
  permissions: [],
  webhooks: [],
  ui_configs: [],
  exports: [],
  sample_data: {},
};
