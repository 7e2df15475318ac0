import { formatPath } from '../faults/json-path.ts';
import { permissionIdentity, ruleIdentity, uiConfigIdentity, webhookIdentity } from '../identities.ts';
import { type CheckContext, type Located, reportDuplicates } from './context.ts';

/** Parts that are there twice are kept once; the author is told which. */
export function checkRepeats(context: CheckContext): void {
  const { rules, permissions, webhooks, ui_configs } = context.parts;
  warn(context, rules, ruleIdentity);
  warn(context, permissions, permissionIdentity);
  warn(context, webhooks, webhookIdentity);
  reportDuplicates(ui_configs, uiConfigIdentity, (item, first) => {
    const message = `It replaces the one at ${formatPath(first.path)}, which has the same entity and scope`;
    context.faults.warning(item.path, message);
  });
}

function warn<T>(context: CheckContext, items: readonly Located<T>[], identity: (item: T) => string): void {
  reportDuplicates(items, identity, (item, first) => {
    context.faults.warning(item.path, `It repeats ${formatPath(first.path)} and is left out`);
  });
}
