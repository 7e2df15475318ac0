/** The help desk as one metadata document. */
import type { AppDocument } from '@rocket/schema';
import { customerSeeds } from '../crm/rows.ts';
import { productSeeds } from '../ecommerce/catalogue-rows.ts';
import {
  HELPDESK_PERMISSIONS,
  HELPDESK_RELATIONS,
  HELPDESK_RULES,
  HELPDESK_STATE_MACHINES,
  HELPDESK_WEBHOOKS,
  HELPDESK_WORKFLOWS,
} from './behaviour.ts';
import { HELPDESK_ENTITIES } from './entities.ts';
import { helpdeskRows } from './rows.ts';

/** Tickets and answers; those who ask are customers of the CRM. */
export function helpdeskDocument(): AppDocument {
  return {
    version: 1,
    description: 'Tickets and answers; those who ask are customers of the app `crm`.',
    exports: [],
    entities: HELPDESK_ENTITIES,
    relations: HELPDESK_RELATIONS,
    rules: HELPDESK_RULES,
    state_machines: HELPDESK_STATE_MACHINES,
    workflows: HELPDESK_WORKFLOWS,
    permissions: HELPDESK_PERMISSIONS,
    webhooks: HELPDESK_WEBHOOKS,
    ui_configs: [],
    sample_data: helpdeskRows(customerSeeds(), productSeeds()),
  };
}
