/** The fields by which changes of workflows are subscribed to. */
import {
  type AppModel,
  appName,
  buildModel,
  type GraphRevision,
  type GraphRevisionId,
  parseDocument,
  type Revision,
} from '@rocket/schema';
import { expect, it } from 'vitest';
import { ReadScopes } from '../../src/access/read-scopes.ts';
import { ServedGraph } from '../../src/graphs/served-graph.ts';
import { changedEntity } from '../../src/subscriptions/resolution/subscribed-graph.ts';
import { logger } from './deal-app.ts';

const DESK = appName('desk');

const DOCUMENT = {
  version: 1,
  entities: [
    {
      ...{ name: 'ticket', table: 'tickets', primary_key: { field: 'id', type: 'uuid', generated: true } },
      fields: [
        { name: 'id', type: 'uuid', required: true },
        { name: 'status', type: 'string' },
      ],
    },
  ],
  workflows: [
    {
      name: 'closing',
      trigger: { type: 'state_change', entity: 'ticket', field: 'status', to: 'done' },
      steps: [{ id: 'ask', type: 'approval', assignee: { type: 'role', role: 'boss' } }],
    },
  ],
};

function deskModel(): AppModel {
  const parsed = parseDocument(DOCUMENT, DESK);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return buildModel(parsed.document, DESK);
}

function graphAt(home: string | null): ServedGraph {
  const revision: GraphRevision = {
    id: 'g1' as GraphRevisionId,
    home: home === null ? null : appName(home),
    members: [{ app: DESK, revision: 1 as Revision }],
  };
  const model = deskModel();
  const stages = { scopes: new ReadScopes(revision, () => Promise.resolve(model)) };
  return new ServedGraph(revision, stages as unknown as ServedGraph, logger);
}

it.each([
  ['desk', 'workflowChanged', 'workflow_instance'],
  ['desk', 'workflowApprovalChanged', 'workflow_approval'],
  [null, 'deskWorkflowChanged', 'workflow_instance'],
  ['desk', 'ticketChanged', 'ticket'],
])('in the graph of %s, %s tells of %s', async (home, field, entity) => {
  expect((await changedEntity(graphAt(home), field)).entity.name).toBe(entity);
});

it.each(['workflowInstanceChanged', 'workflowHistoryEntryChanged'])('there is no %s', async (field) => {
  await expect(changedEntity(graphAt('desk'), field)).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
});
