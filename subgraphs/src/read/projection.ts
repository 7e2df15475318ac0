/** What the statements of a plan select. */
import type { FieldModel } from '@rocket/schema';
import type { ConnectionPlan, LevelPlan } from './level-plan.ts';
import type { Projection } from './statements.ts';

export function levelProjection(level: LevelPlan): Projection {
  const { entity, columns, withVersion, access } = level;
  return { entity, columns, withVersion, access, asText: [] };
}

/** All columns that any view of the connection wants, and the sort keys' texts for the cursors. */
export function connectionProjection(plan: ConnectionPlan): Projection {
  return {
    entity: plan.entity,
    columns: [...new Set<FieldModel>(plan.views.flatMap((view) => view.level.columns))],
    withVersion: plan.views.some((view) => view.level.withVersion),
    asText: plan.page.order.map((key) => key.field),
    access: plan.access,
  };
}
