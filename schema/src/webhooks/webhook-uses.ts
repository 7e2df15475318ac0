/** Which addresses an app's document calls, and for what. */
import type { AppModel, EntityModel } from '../model/app-model.ts';
import { readRequest } from './read-request.ts';
import type { WebhookMethod } from './webhook-request.ts';

export interface DocumentedUse {
  readonly url: string;
  readonly method: WebhookMethod;
  /** `before_write` and the like for a hook of the entity; `transition`, `workflow` for an action. */
  readonly event: string;
  /** The entity, or the name of the workflow. */
  readonly of: string;
}

/** In the order of the document. */
export function webhookUses({
  entities,
  workflows,
}: Pick<AppModel, 'entities' | 'workflows'>): readonly DocumentedUse[] {
  const ofEntities = [...entities.values()].flatMap((entity) => [...hooks(entity), ...transitions(entity)]);
  const ofWorkflows = [...workflows.values()].flatMap(({ name, steps }) =>
    [...steps.values()].flatMap((step) =>
      (step.kind === 'action' ? step.actions : []).flatMap((action) =>
        action.kind === 'webhook'
          ? [{ url: action.url, method: action.method, event: 'workflow', of: name }]
          : [],
      ),
    ),
  );
  return [...ofEntities, ...ofWorkflows];
}

function hooks({ name, webhooks }: EntityModel): DocumentedUse[] {
  const { beforeWrite, beforeDelete, afterWrite, afterDelete } = webhooks;
  return [...beforeWrite, ...beforeDelete, ...afterWrite, ...afterDelete].map(({ url, method, event }) => ({
    ...{ url, method, event, of: name },
  }));
}

function transitions({ name, machines }: EntityModel): DocumentedUse[] {
  const actions = machines.flatMap(({ transitions }) =>
    transitions.flatMap((transition) => transition.actions),
  );
  return actions.flatMap((action) => {
    if (action.kind !== 'effect' || action.effect !== 'webhook') return [];
    const request = readRequest(Object(action.definition), () => undefined);
    return request === null
      ? []
      : [{ url: request.url, method: request.method, event: 'transition', of: name }];
  });
}
