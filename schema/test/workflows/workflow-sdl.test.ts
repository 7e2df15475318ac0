import { createHash } from 'node:crypto';
import { buildASTSchema, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeGraph } from '../../src/graph/compose-graph.ts';
import { appName } from '../../src/ids.ts';
import type { AppModel } from '../../src/model/app-model.ts';
import { executableSdl } from '../../src/sdl/executable-sdl.ts';
import { type GraphModels, subgraphSdl } from '../../src/sdl/subgraph-sdl.ts';
import { faultPaths } from '../document/document-fault-fixture.ts';
import { entity, type JsonObject, KEY, model, oneToMany } from '../support/document-fixture.ts';
import { approvalWorkflow, DESK, DESK_WITHOUT } from '../support/workflow-fixture.ts';

const desk = model(DESK);

const graph = (home: string | null, ...models: AppModel[]): GraphModels => ({
  home: home === null ? null : appName(home),
  members: new Map(models.map((each) => [each.app, each])),
});

function schemaOf(of: AppModel, home: string | null): GraphQLSchema {
  return buildASTSchema(parse(subgraphSdl(of, graph(home, of))), { assumeValid: true });
}

function fieldsOf(schema: GraphQLSchema, type: string): Record<string, string> {
  const found = schema.getType(type);
  if (!isObjectType(found)) throw new Error(`${type} is no object type`);
  return Object.fromEntries(
    Object.values(found.getFields()).map((field) => [
      field.name,
      `(${field.args.map((arg) => `${arg.name}: ${arg.type}`).join(', ')}): ${field.type}`,
    ]),
  );
}

describe('the API of workflows', () => {
  it('has bare names at home', () => {
    const schema = schemaOf(desk, 'shop');
    const queries = fieldsOf(schema, 'Query');
    expect(queries).toMatchObject({
      workflowInstance: '(id: ID!): WorkflowInstance',
      pendingApprovals:
        '(assignee: ApprovalAssignee!, where: WorkflowApprovalWhere, orderBy: [WorkflowApprovalOrderBy!], limit: Int, offset: Int, distinctOn: [WorkflowApprovalFieldName!]): [WorkflowApproval!]',
    });
    expect(queries['pendingApprovalsConnection']).toMatch(/^\(assignee: .*\): WorkflowApprovalConnection$/);
    expect(Object.keys(queries).filter((name) => /history/i.test(name))).toEqual([]);
    const mutations = Object.entries(fieldsOf(schema, 'Mutation'));
    expect(mutations.filter(([, field]) => field.includes('Workflow'))).toEqual([
      ['approveStep', '(id: ID!, comment: String): WorkflowApprovalPayload'],
      ['rejectStep', '(id: ID!, comment: String): WorkflowApprovalPayload'],
      ['reassignStep', '(id: ID!, role: String, userId: String, comment: String): WorkflowApprovalPayload'],
      ['startWorkflow', '(workflow: String!, recordId: ID, input: JSON): WorkflowInstancePayload'],
      ['cancelWorkflow', '(id: ID!, comment: String): WorkflowInstancePayload'],
      ['retryWorkflow', '(id: ID!, comment: String): WorkflowInstancePayload'],
    ]);
    expect(Object.keys(fieldsOf(schema, 'Subscription'))).toEqual([
      'noteChanged',
      'ticketChanged',
      'workflowChanged',
      'workflowApprovalChanged',
    ]);
    expect(fieldsOf(schema, 'WorkflowInstance')).toMatchObject({
      status: '(): WorkflowInstanceStatus!',
      history: expect.stringMatching(/WorkflowHistoryEntry!\]$/),
    });
    expect(Object.keys(fieldsOf(schema, 'WorkflowApprovalPayload'))).toEqual(['workflowApproval', 'errors']);
  });

  it('names the app elsewhere', () => {
    const schema = schemaOf(desk, 'other');
    expect(Object.keys(fieldsOf(schema, 'Query'))).toEqual(
      expect.arrayContaining([
        'shopWorkflowInstances',
        'shopPendingApprovals',
        'shopPendingApprovalsConnection',
      ]),
    );
    expect(Object.keys(fieldsOf(schema, 'Mutation')).filter((name) => /Step|Workflow/.test(name))).toEqual([
      'approveShopStep',
      'rejectShopStep',
      'reassignShopStep',
      'startShopWorkflow',
      'cancelShopWorkflow',
      'retryShopWorkflow',
    ]);
    expect(Object.keys(fieldsOf(schema, 'Subscription'))).toContain('shopWorkflowChanged');
    expect(schema.getType('ShopApprovalAssignee')).toBeDefined();
  });

  it('has no inputs to write what the engine writes', () => {
    const names = Object.keys(schemaOf(desk, 'shop').getTypeMap());
    expect(names.filter((name) => /^Workflow.*(CreateInput|Patch|ItemInput)$/.test(name))).toEqual([]);
  });

  it('can be executed: it is valid in pieces', () => {
    const pieces = [...executableSdl(desk, graph('shop', desk))];
    const schema = buildASTSchema(parse(pieces.join('\n\n')), { assumeValidSDL: true });
    expect(schema.getMutationType()?.getFields()['approveStep']).toBeDefined();
  });

  it('composes with other apps that have workflows, and with those that have none', () => {
    const other = model({ ...DESK, entities: DESK['entities'] ?? [] }, appName('desk'));
    const plain = model({ entities: [entity('approval_assignee')] }, appName('plain'));
    for (const home of ['shop', 'desk', 'plain', null]) {
      expect(composeGraph(graph(home, desk, other, plain))).toMatchObject({ ok: true });
    }
  });

  it('composes for an app of nothing but workflows', () => {
    const manual = { ...approvalWorkflow('w', 'a'), trigger: { type: 'manual' } };
    const alone = model({ workflows: [manual] });
    expect(composeGraph(graph('shop', alone))).toMatchObject({ ok: true });
  });
});

it('is not there without workflows, where nothing has changed', () => {
  const plain = model({
    ...DESK_WITHOUT,
    relations: [oneToMany('ticket_notes', ['ticket', 'note', 'ticket_id'])],
    entities: [
      entity('ticket', [
        { name: 'status', type: 'string', enum: ['open'] },
        { name: 'owner_id', type: 'uuid' },
      ]),
      entity('note', [KEY('ticket_id')], { soft_delete: true }),
    ],
  });
  const texts = ['shop', null].map((home) => subgraphSdl(plain, graph(home, plain)));
  expect(texts.join()).not.toMatch(/workflow|approval/i);
  // As it was made before there were workflows.
  expect(createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16)).toBe('1315314a254e6327');
});

describe('names of a document', () => {
  const named = (name: string, extra: JsonObject = {}): JsonObject => ({
    ...DESK,
    entities: [...(Array.isArray(DESK['entities']) ? DESK['entities'] : []), entity(name, [], extra)],
  });
  const clashes = [
    'workflow_instance',
    'workflow_approval',
    'workflow_history_entry',
    'workflow_instance_status',
    'workflow',
    'pending_approval',
    'approval_assignee',
    'workflow_approval_payload',
  ];

  it.each(clashes)('may not be %s beside workflows', (name) => {
    expect([...new Set(faultPaths(named(name)))]).toEqual(['$.entities[2].name']);
  });

  it.each(clashes)('may be %s without workflows', (name) => {
    expect(faultPaths({ entities: [entity(name)] })).toEqual([]);
  });

  it('may not give the engine permissions, relations or exports', () => {
    const permission = { entity: 'workflow_instance', action: 'read', roles: ['a'] };
    expect(faultPaths({ ...DESK, permissions: [permission] })).toEqual(['$.permissions[0].entity']);
    expect(faultPaths({ ...DESK, exports: ['workflow_instance'] })).toEqual(['$.exports[0]']);
    const relation = oneToMany('r', ['workflow_instance', 'note', 'id']);
    expect(faultPaths({ ...DESK, relations: [relation] })).toContain('$.relations[0].source');
  });
});
