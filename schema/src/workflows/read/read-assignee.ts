import { PUBLIC_ROLE } from '../../access/policy.ts';
import { didYouMean } from '../../document/faults/nearest-name.ts';
import { showValue } from '../../document/faults/show-value.ts';
import type { LinkModel } from '../../model/app-model.ts';
import type { AssigneeModel } from '../workflow-model.ts';
import {
  findField,
  isAbsent,
  isObject,
  type Part,
  readText,
  readWord,
  refuseUnknown,
  reportWithin,
} from './reading.ts';
import type { WorkflowEntity, WorkflowScope } from './workflow-scope.ts';

const PROPERTIES = { role: 'role', fixed: 'user', user: 'user', relation: 'path' } as const;
const TYPES = ['role', 'fixed', 'user', 'relation'] as const;

/** Null when the assignee has faults. `entity` is that of the trigger's record. */
export function readAssignee(
  { value, report: outer }: Part,
  entity: WorkflowEntity | undefined,
  scope: WorkflowScope,
): AssigneeModel | null {
  const assignee = value['assignee'];
  if (!isObject(assignee)) {
    const message = isAbsent(assignee) ? 'The property is required' : `${showValue(assignee)} is no assignee`;
    outer.fault(['assignee'], message, 'Write {"type": "role", "role": "manager"}');
    return null;
  }
  const part: Part = { value: assignee, report: reportWithin(outer, 'assignee') };
  const type = readWord(part, 'type', { called: 'assignee type', words: TYPES });
  if (type === null) return null;
  const property = PROPERTIES[type];
  refuseUnknown(part, ['type', property]);
  const text = readText(part, property);
  if (text === null) return null;
  if (property === 'role') return readRole(part, text);
  return property === 'user' ? { kind: 'user', user: text } : readRelation(part, text, { entity, scope });
}

function readRole({ report }: Part, role: string): AssigneeModel | null {
  if (role.toLowerCase() !== PUBLIC_ROLE) return { kind: 'role', role };
  const hint = 'Name the role of those who are to decide';
  report.fault(['role'], `Everybody has the role ${showValue(role)}, so everybody might decide`, hint);
  return null;
}

function readRelation(
  { report }: Part,
  path: string,
  of: { readonly entity: WorkflowEntity | undefined; readonly scope: WorkflowScope },
): AssigneeModel | null {
  const { entity: first, scope } = of;
  if (first === undefined) {
    report.fault(['type'], 'The trigger has no record that a relation could begin at');
    return null;
  }
  const fault = (message: string, hint?: Parameters<typeof report.fault>[2]) =>
    report.fault(['path'], message, hint);
  const names = path.split('.');
  const links: string[] = [];
  let entity = first;
  for (const name of names.slice(0, -1)) {
    const link = findLink(entity, name);
    const target = link?.target.app === scope.app ? scope.entities.get(link.target.entity) : undefined;
    if (link === undefined || target === undefined) {
      const message = `Entity ${JSON.stringify(entity.name)} has no relation ${showValue(name)} to one record of this app`;
      const { links: known } = entity;
      fault(message, () =>
        didYouMean(
          name,
          known.filter(leadsToOne).map((each) => each.graphqlName),
        ),
      );
      return null;
    }
    links.push(link.graphqlName);
    entity = target;
  }
  const field = findField(entity, names.at(-1), fault);
  if (field === null) return null;
  if (field.type === 'string' || field.type === 'uuid')
    return { kind: 'relation', entity: first.name, links, field: field.name };
  fault(`${JSON.stringify(field.name)} is of type ${field.type} and holds no user`);
  return null;
}

function leadsToOne({ kind }: LinkModel): boolean {
  return kind === 'to_one' || kind === 'has_one';
}

/** By the link's own name, or that of its relation; of a relation to the entity itself, the side of the key is meant. */
function findLink({ links }: WorkflowEntity, name: string): LinkModel | undefined {
  const toOne = links.filter(leadsToOne);
  return (
    toOne.find(({ graphqlName }) => graphqlName === name) ??
    toOne.find(({ relation, kind }) => relation === name && kind === 'to_one') ??
    toOne.find(({ relation }) => relation === name)
  );
}
