import { buildAllFields } from '../../../model/build-fields.ts';
import { documentLinks } from '../../../model/document-links.ts';
import { readWorkflow } from '../../../workflows/read/read-workflow.ts';
import type { WorkflowScope } from '../../../workflows/read/workflow-scope.ts';
import { branchFaults, endlessSteps, unreachedSteps } from '../../../workflows/step-graph.ts';
import type { WorkflowModel } from '../../../workflows/workflow-model.ts';
import { showValue } from '../../faults/show-value.ts';
import { normalizeDocument } from '../../normalize.ts';
import type { WorkflowDefinition } from '../../types.ts';
import type { CheckContext, Located } from '../context.ts';
import { checkRoles } from './check-workflow-roles.ts';

/** Workflows: what starts them, where their steps lead, and what they do, as the engine reads them. */
export function checkWorkflows(context: CheckContext): void {
  if (context.parts.workflows.length === 0) return;
  const scope = workflowScope(context);
  for (const workflow of context.parts.workflows) {
    const { path } = workflow;
    const read = readWorkflow(workflow.value, scope, {
      fault: (within, message, hint) => context.faults.error([...path, ...within], message, hint),
      warning: (within, message, hint) => context.faults.warning([...path, ...within], message, hint),
    });
    if (read !== null) checkRoles(context, workflow, read);
    // Of a broken step nobody knows where it leads.
    if (read === null || [...read.steps.values()].some(({ kind }) => kind === 'broken')) continue;
    checkReach(context, workflow, read);
  }
}

function checkReach(
  context: CheckContext,
  { value, path }: Located<WorkflowDefinition>,
  read: WorkflowModel,
): void {
  const place = (id: string) => [...path, 'steps', value.steps.findIndex((step) => step.id === id)];
  for (const id of unreachedSteps(read)) {
    const message = `No path leads to the step ${showValue(id)}`;
    context.faults.error(
      place(id),
      message,
      'Steps do not follow each other by their order: name it in a "then"',
    );
  }
  for (const { step, branch, kind, target } of branchFaults(read)) {
    const at = [...place(step), 'branches', branch];
    if (kind === 'own') {
      const message = 'The branch leads back to its own step, which would begin all branches again';
      context.faults.error(at, message, 'Lead back from the "then" of the step, or of a branch to the end');
    } else {
      const message = `The branch leads to the branch ${showValue(target)}, which is then run twice`;
      context.faults.warning(at, message, 'Name it in the "then" of the step if it is to follow both');
    }
  }
  const [first, ...others] = endlessSteps(read) ?? [];
  if (first === undefined) return;
  const names = [first, ...others, first].map(showValue).join(', then ');
  const message = `The steps never end: ${names}`;
  context.faults.error(
    place(first),
    message,
    'Put an approval, a wait, or a condition on the context or the trigger between them',
  );
}

/** The entities, as they are in the model of a document that is accepted. */
function workflowScope({ app, parts, entities: entries, unusableEntities }: CheckContext): WorkflowScope {
  const document = normalizeDocument({
    version: 1,
    entities: [...entries.values()].map(({ value }) => value),
    relations: parts.relations.map(({ value }) => value),
    state_machines: parts.state_machines.map(({ value }) => value),
    rules: [],
    workflows: [],
    permissions: [],
    webhooks: [],
    ui_configs: [],
    exports: [],
    sample_data: {},
  });
  const fields = buildAllFields(document.entities, document.relations);
  const { byEntity } = documentLinks({ app, document, fields });
  const entities = [...fields].map(([name, own]) => {
    const fieldByName = new Map(own.map((field) => [field.name, field]));
    return [name, { name, fieldByName, links: byEntity.get(name) ?? [] }] as const;
  });
  return { app, entities: new Map(entities), unusableEntities };
}
