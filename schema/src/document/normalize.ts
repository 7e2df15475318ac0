import type { CacheDefinition } from './cache-definition.ts';
import {
  permissionIdentity,
  ruleIdentity,
  stateMachineIdentity,
  uiConfigIdentity,
  webhookIdentity,
} from './identities.ts';
import type { AppDocument, RelationDefinition } from './types.ts';

/**
 * The one form in which a document is stored and exported: parts in the order of the format's export, defaults of
 * behaviour written out, repeated parts once, without sample rows and export time. Two documents that mean the same
 * come out equal, so importing one again is no change. Fields keep their order, which is the order of columns.
 */
export function normalizeDocument(document: AppDocument): AppDocument {
  const { exported_at: _exportedAt, ...kept } = document;
  return {
    ...withoutEmptyCache(kept),
    entities: sortBy(document.entities.map(withoutEmptyCache), ({ name }) => [name]),
    relations: sortBy(document.relations.map(normalizeRelation), ({ name }) => [name]),
    rules: normalizeRules(document.rules),
    state_machines: sortBy(
      firstOfEach(document.state_machines, stateMachineIdentity).map((machine) => ({
        ...machine,
        active: machine.active ?? true,
      })),
      ({ entity, field }) => [entity, field],
    ),
    workflows: sortBy(
      document.workflows.map((workflow) => ({ ...workflow, active: workflow.active ?? true })),
      ({ name }) => [name],
    ),
    permissions: sortBy(
      firstOfEach(document.permissions, permissionIdentity).map((permission) => ({
        ...permission,
        conditions: permission.conditions ?? [],
      })),
      (permission) => [permission.entity, permission.action, permissionIdentity(permission)],
    ),
    webhooks: normalizeWebhooks(document.webhooks),
    ui_configs: normalizeUiConfigs(document.ui_configs),
    exports: [...new Set(document.exports)].sort(),
    sample_data: {},
  };
}

/** Settings that say nothing are none. */
function withoutEmptyCache<T extends { readonly cache?: CacheDefinition }>(part: T): T | Omit<T, 'cache'> {
  const { cache, ...others } = part;
  return cache !== undefined && Object.keys(cache).length === 0 ? others : part;
}

/** Omits an empty order, the default direction, ascending, and that references are checked, which they are anyway. */
function normalizeRelation(relation: RelationDefinition): RelationDefinition {
  const { order_by: order, check_reference: isChecked, ...others } = relation;
  const kept = isChecked === false ? { ...others, check_reference: false } : others;
  if (order === undefined || order.length === 0) return kept;
  return {
    ...kept,
    order_by: order.map((key) => ({ ...key, direction: key.direction ?? ('asc' as const) })),
  };
}

/** Rules of one priority run in the order they are stored in, so that order is kept. */
function normalizeRules(rules: AppDocument['rules']): AppDocument['rules'] {
  const complete = firstOfEach(rules, ruleIdentity).map((rule) => ({
    ...rule,
    hook: rule.hook ?? ('before_write' as const),
    priority: rule.priority ?? 0,
    active: rule.active ?? true,
  }));
  return sortBy(complete, ({ entity, priority }) => [entity, priority]);
}

function normalizeWebhooks(webhooks: AppDocument['webhooks']): AppDocument['webhooks'] {
  const complete = firstOfEach(webhooks, webhookIdentity).map((webhook) => {
    const hook = webhook.hook ?? ('after_write' as const);
    return {
      ...webhook,
      hook,
      method: webhook.method ?? ('POST' as const),
      headers: webhook.headers ?? {},
      async: webhook.async ?? hook.startsWith('after_'),
      active: webhook.active ?? true,
    };
  });
  // Those of one hook stay in their order, in which they are called.
  return sortBy(complete, ({ entity, hook }) => [entity, hook]);
}

/** The only part where a later one of the same identity replaces the earlier. */
function normalizeUiConfigs(configs: AppDocument['ui_configs']): AppDocument['ui_configs'] {
  const latest = new Map(configs.map((config) => [uiConfigIdentity(config), config]));
  const complete = [...latest.values()].map((config) => ({ ...config, scope: config.scope ?? 'default' }));
  return sortBy(complete, ({ entity, scope }) => [entity, scope]);
}

function firstOfEach<T>(items: readonly T[], identity: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = identity(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

type SortKey = readonly (string | number)[];

/** Stable, by code unit: `localeCompare` would sort differently on machines of another language. */
function sortBy<T>(items: readonly T[], keyOf: (item: T) => SortKey): T[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ item }) => item);
}

function compareKeys(a: SortKey, b: SortKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
