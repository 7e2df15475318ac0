/** The names of relations in the generated API: of the fields that read them and the inputs that write along them. */
import type { AppName } from '../ids.ts';
import type { EntityModel, LinkModel } from '../model/app-model.ts';
import { type Home, typeName } from './graph-names.ts';

/** Inputs that write the children of a relation along with their parent. */
export interface NestedNames {
  readonly input: string;
  /** One child. */
  readonly item: string;
}

/** By the relation, whose name no other one of the app has: `ticket_responses` -> `TicketResponsesInput`. */
export function nestedNames(relation: string, app: AppName, home: Home): NestedNames {
  const stem = typeName({ app, entity: relation }, home);
  return { input: `${stem}Input`, item: `${stem}ItemInput` };
}

/** Member of a child that deletes it; the second where a field or a link of the child is called `delete`. */
export function nestedDeleteName(child: EntityModel): 'delete' | '_delete' {
  const names = [...child.fields, ...child.links].map(({ graphqlName }) => graphqlName);
  return names.includes('delete') ? '_delete' : 'delete';
}

/** The paged variant beside a to-many field: `ordersConnection`. */
export function linkConnectionName(link: LinkModel): string {
  return `${link.graphqlName}Connection`;
}

/** The aggregate beside a to-many field: `ordersAggregate`. */
export function linkAggregateName(link: LinkModel): string {
  return `${link.graphqlName}Aggregate`;
}
