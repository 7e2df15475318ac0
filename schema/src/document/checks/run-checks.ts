import { checkRules } from './behaviour/check-rules.ts';
import { checkStateMachines } from './behaviour/check-state-machines.ts';
import { checkWebhooks } from './behaviour/check-webhooks.ts';
import { checkWorkflows } from './behaviour/check-workflows.ts';
import { checkAccess } from './check-access.ts';
import { checkFields } from './check-fields.ts';
import { checkGraphqlNames } from './check-graphql-names.ts';
import { checkKeys } from './check-keys.ts';
import { checkLinkNames } from './check-link-names.ts';
import { checkNames } from './check-names.ts';
import { checkRelations } from './check-relations.ts';
import { checkRepeats } from './check-repeats.ts';
import type { CheckContext } from './context.ts';

/** Every check of how the parts fit together. Each reports on its own; none relies on another having passed. */
const CHECKS: readonly ((context: CheckContext) => void)[] = [
  checkNames,
  checkGraphqlNames,
  checkKeys,
  checkFields,
  checkRelations,
  checkLinkNames,
  checkRules,
  checkStateMachines,
  checkWorkflows,
  checkAccess,
  checkWebhooks,
  checkRepeats,
];

export function runChecks(context: CheckContext): void {
  for (const check of CHECKS) check(context);
}
