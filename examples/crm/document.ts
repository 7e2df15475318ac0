/** The CRM as one metadata document. */
import type { AppDocument } from '@rocket/schema';
import { CRM_PERMISSIONS } from './access.ts';
import { CRM_RELATIONS, CRM_RULES, CRM_STATE_MACHINES, CRM_WEBHOOKS, CRM_WORKFLOWS } from './behaviour.ts';
import { CRM_ENTITIES } from './entities.ts';
import { crmRows } from './rows.ts';

/** Customers, the people who look after them, and what is to be sold to them. */
export function crmDocument(): AppDocument {
  return {
    version: 1,
    description: 'Customers, the people who look after them, and what is to be sold to them.',
    exports: ['customer'],
    entities: CRM_ENTITIES,
    relations: CRM_RELATIONS,
    rules: CRM_RULES,
    state_machines: CRM_STATE_MACHINES,
    workflows: CRM_WORKFLOWS,
    permissions: CRM_PERMISSIONS,
    webhooks: CRM_WEBHOOKS,
    ui_configs: [
      {
        entity: 'customer',
        scope: 'default',
        config: {
          list: {
            title: 'Customers',
            columns: ['name', 'company', 'segment', 'status'],
            default_sort: 'name',
            per_page: 25,
          },
          sidebar: { icon: 'users', label: 'Customers', group: 'Sales' },
        },
      },
    ],
    sample_data: crmRows(),
  };
}
