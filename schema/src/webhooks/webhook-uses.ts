/** Which addresses an app's document calls, how, and for what. */
import type { AppModel, EntityModel } from '../model/app-model.ts';
import { readRequest } from './read-request.ts';
import type { WebhookRequest } from './webhook-request.ts';

export interface DocumentedUse extends WebhookRequest {
  /** `before_write` and the like for a hook of the entity; `transition`, `workflow` for an action. */
  readonly event: string;
  /** The entity, or the name of the workflow. */
  readonly of: string;
}

/** By entity, then by workflow. */
export function webhookUses({
  entities,
  workflows,
}: Pick<AppModel, 'entities' | 'workflows'>): readonly DocumentedUse[] {
  const ofEntities = [...entities.values()].flatMap((entity) => [...hooks(entity), ...transitions(entity)]);
  const ofWorkflows = [...workflows.values()].flatMap(({ name, steps }) =>
    [...steps.values()].flatMap((step) =>
      (step.kind === 'action' ? step.actions : []).flatMap((action) =>
        action.kind === 'webhook' ? [useOf(action, { event: 'workflow', of: name })] : [],
      ),
    ),
  );
  return [...ofEntities, ...ofWorkflows];
}

function useOf(
  { url, method, headers }: WebhookRequest,
  { event, of }: Pick<DocumentedUse, 'event' | 'of'>,
): DocumentedUse {
  return { url, method, headers, event, of };
}

function hooks({ name, webhooks }: EntityModel): DocumentedUse[] {
  const { beforeWrite, beforeDelete, afterWrite, afterDelete } = webhooks;
  return [...beforeWrite, ...beforeDelete, ...afterWrite, ...afterDelete].map((webhook) =>
    useOf(webhook, { event: webhook.event, of: name }),
  );
}

function transitions({ name, machines }: EntityModel): DocumentedUse[] {
  const actions = machines.flatMap(({ transitions }) =>
    transitions.flatMap((transition) => transition.actions),
  );
  return actions.flatMap((action) => {
    if (action.kind !== 'effect' || action.effect !== 'webhook') return [];
    const request = readRequest(Object(action.definition), () => undefined);
    return request === null ? [] : [useOf(request, { event: 'transition', of: name })];
  });
}
