import { describe, expect, it } from 'vitest';
import { readFilter } from '../../src/access/policy.ts';
import { matches } from '../../src/filter/evaluate.ts';
import type { Caller } from '../../src/protocol/call-context.ts';
import { documentEntities, hasSubgraph, toldEntities } from '../../src/workflows/engine-entities.ts';
import { approvalRoles } from '../../src/workflows/engine-policies.ts';
import { entityOf, linkNames, model, parsed } from '../support/document-fixture.ts';
import { approvalWorkflow, DESK, DESK_WITHOUT } from '../support/workflow-fixture.ts';

const desk = model(DESK);

describe('the entities of the engine', () => {
  it('are in the model of a document with workflows, behind those of the document', () => {
    expect([...desk.entities.values()].map(({ name, origin }) => [name, origin])).toEqual([
      ['note', 'document'],
      ['ticket', 'document'],
      ['workflow_instance', 'engine'],
      ['workflow_approval', 'engine'],
      ['workflow_history_entry', 'engine_part'],
    ]);
    expect(documentEntities(desk).map(({ name }) => name)).toEqual(['note', 'ticket']);
    expect(toldEntities(desk.document)).toEqual(['note', 'ticket', 'workflow_instance', 'workflow_approval']);
    expect(desk.document.entities.map(({ name }) => name)).toEqual(['note', 'ticket']);
  });

  it('are there also where no workflow is active', () => {
    const idle = model({ ...DESK, workflows: [approvalWorkflow('closing', 'a', { active: false })] });
    expect(idle.entities.has('workflow_instance')).toBe(true);
  });

  it('are not in the model of a document without workflows', () => {
    const plain = model(DESK_WITHOUT);
    expect([...plain.entities.keys()]).toEqual(['note', 'ticket']);
    expect(plain.policies).toHaveLength(3);
    expect([...plain.entities.values()]).toEqual(
      documentEntities(desk).map((each) => expect.objectContaining({ name: each.name, fields: each.fields })),
    );
  });

  it('have links to one another', () => {
    expect(linkNames(desk, 'workflow_instance')).toEqual([
      'approvals: to_many -> workflow_approval',
      'history: to_many -> workflow_history_entry',
    ]);
    expect(linkNames(desk, 'workflow_approval')).toEqual(['instance: to_one -> workflow_instance']);
    const instance = entityOf(desk, 'workflow_instance');
    expect(instance.fieldByName.get('status')?.enumMembers?.get('WAITING')).toBe('waiting');
  });

  it('make an app that has nothing else a part of graphs', () => {
    const manual = { ...approvalWorkflow('w', 'a'), trigger: { type: 'manual' } };
    expect(hasSubgraph(parsed({ workflows: [manual] }))).toBe(true);
    expect(hasSubgraph(parsed({}))).toBe(false);
  });
});

const ANN = '10000000-0000-0000-0000-000000000001';
const nobody: Caller = { userId: null, email: null, roles: [], isAdmin: false };
const as = (...roles: string[]): Caller => ({ userId: ANN, email: 'a@b.test', roles, isAdmin: false });

const instance = {
  workflow: 'closing',
  entity: 'ticket',
  started_by: 'somebody',
  approver_id: null,
};
const approval = { assignee_role: 'supervisor', assignee_id: null, started_by: 'somebody' };

function sees(caller: Caller, entity: string, record: Parameters<typeof matches>[1]): boolean {
  const filter = readFilter(desk, { entity, action: 'read', caller });
  return filter !== 'forbidden' && matches(filter, record);
}

describe('an instance', () => {
  it.each([
    ['roles that read all records of its entity', as('agent'), {}, true],
    ['roles that read some of them', as('customer'), {}, false],
    ['roles that read others', as('writer'), {}, false],
    ['roles that an approval of its workflow names', as('SUPERVISOR'), {}, true],
    ['those of another workflow', as('supervisor'), { workflow: 'another', entity: null }, false],
    ['who has started it', as(), { started_by: ANN }, true],
    ['who has approved it', as(), { approver_id: ANN }, true],
    ['others', as(), {}, false],
    ['admins', { ...as(), isAdmin: true }, {}, true],
    ['nobody who is not signed in, though all may read its entity', nobody, {}, false],
    ['nobody who is not signed in, though nobody has started it', nobody, { started_by: null }, false],
  ])('is seen by %s: %#', (_who, caller, extra, expected) => {
    expect(sees(caller, 'workflow_instance', { ...instance, ...extra })).toBe(expected);
  });
});

describe('an approval', () => {
  it.each([
    ['the role that is asked', as('Supervisor'), {}, true],
    ['other roles', as('agent'), {}, false],
    ['a role that it was given to later', as('agent'), { assignee_role: 'agent' }, true],
    ['who is asked', as(), { assignee_role: null, assignee_id: ANN }, true],
    ['who has started it', as(), { started_by: ANN }, true],
    ['admins', { ...as(), isAdmin: true }, {}, true],
    ['nobody who is not signed in', nobody, { assignee_role: 'public' }, false],
  ])('is seen by %s: %#', (_who, caller, extra, expected) => {
    expect(sees(caller, 'workflow_approval', { ...approval, ...extra })).toBe(expected);
  });

  it('can be assigned to the roles that the document names', () => {
    expect([...approvalRoles(desk.document)]).toEqual(['agent', 'customer', 'supervisor', 'writer']);
  });
});

it.each(['create', 'update', 'delete'] as const)(
  'no policy lets anybody %s what is of the engine',
  (action) => {
    for (const entity of ['workflow_instance', 'workflow_approval', 'workflow_history_entry']) {
      expect(readFilter(desk, { entity, action, caller: as('agent', 'supervisor') })).toBe('forbidden');
    }
  },
);
