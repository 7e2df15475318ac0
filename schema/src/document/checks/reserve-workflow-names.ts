import { entityNames } from '../../naming/graph-names.ts';
import { camelCase, upperFirst } from '../../naming/identifiers.ts';
import { changedName, workflowNames } from '../../naming/workflow-names.ts';
import { engineOrigin, engineParts } from '../../workflows/engine-entities.ts';
import type { CheckContext } from './context.ts';
import { type Names, queryClaims, typeClaims } from './graphql-claims.ts';

interface Namespaces {
  readonly types: Names;
  readonly queries: Names;
  readonly mutations: Names;
  readonly subscriptions: Names;
}

const USE = "a name of the engine's workflows";

/** What workflows add to the API is called the same in every app, so the document gives way. */
export function reserveWorkflowNames({ app, parts }: CheckContext, of: Namespaces): void {
  if (parts.workflows.length === 0) return;
  const reserve = (space: Names, names: readonly string[]) => {
    for (const name of names) space.reserve(name, USE);
  };
  const engine = engineParts({ workflows: parts.workflows.map(({ value }) => value) });
  for (const { name, fields } of engine.entities) {
    const names = entityNames({ app, entity: name }, app);
    const enums = fields.filter((field) => field.enum !== undefined).map((field) => camelCase(field.name));
    reserve(
      of.types,
      typeClaims(names, name).map((claim) => claim.name),
    );
    reserve(
      of.types,
      enums.flatMap((each) => enumTypes(`${names.type}${upperFirst(each)}`)),
    );
    if (engineOrigin(name) === 'engine_part') continue;
    reserve(
      of.queries,
      queryClaims(names, name).map((claim) => claim.name),
    );
    reserve(of.subscriptions, [changedName({ app, name, origin: 'engine' }, app)]);
  }
  const names = workflowNames(app, app);
  reserve(of.types, [names.assigneeEnum]);
  reserve(of.queries, [names.pendingApprovals, names.pendingApprovalsConnection]);
  reserve(of.mutations, [
    names.approve,
    names.reject,
    names.reassign,
    names.cancel,
    names.retry,
    names.start,
  ]);
}

function enumTypes(name: string): readonly string[] {
  return [name, `${name}Filter`];
}
