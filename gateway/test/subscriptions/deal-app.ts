/** An app of deals, and graphs of it. */
import { createLogger } from '@rocket/platform';
import {
  type AppDocument,
  type AppModel,
  appName,
  buildModel,
  type EntityModel,
  entityNames,
  type GraphRevision,
  type GraphRevisionId,
  parseDocument,
  type Revision,
  subgraphSdl,
} from '@rocket/schema';
import { buildASTSchema, parse } from 'graphql';
import { ReadScopes } from '../../src/access/read-scopes.ts';
import { ServedGraph } from '../../src/graphs/served-graph.ts';
import { callerFor, type Identity } from '../../src/identity/identity.ts';

export const CRM = appName('crm');
export const logger = createLogger({ level: 'silent', name: 'test' });
const uuid = { name: 'id', type: 'uuid', required: true };
const key = { field: 'id', type: 'uuid', generated: true };

const DOCUMENT = {
  version: 1,
  entities: [
    {
      ...{ name: 'deal', table: 'deals', primary_key: key },
      fields: [
        uuid,
        { name: 'name', type: 'string' },
        { name: 'stage', type: 'string' },
        { name: 'amount', type: 'decimal', precision: 2 },
        { name: 'size', type: 'bigint' },
        { name: 'contact_id', type: 'uuid' },
        { name: 'paper', type: 'file' },
        { name: 'note', type: 'string', searchable: true },
      ],
    },
    {
      name: 'contact',
      table: 'contacts',
      primary_key: key,
      fields: [uuid, { name: 'name', type: 'string' }],
    },
  ],
  relations: [
    {
      name: 'contact_deals',
      type: 'one_to_many',
      source: 'contact',
      target: 'deal',
      target_key: 'contact_id',
    },
  ],
  permissions: [
    { entity: 'deal', action: 'read', roles: ['sales', 'boss'], conditions: [] },
    { entity: 'contact', action: 'read', roles: ['boss'], conditions: [] },
  ],
};

function readDocument(): AppDocument {
  const parsed = parseDocument(DOCUMENT, CRM);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.document;
}

export const MODEL = buildModel(readDocument(), CRM);
export const SCHEMA = buildASTSchema(
  parse(subgraphSdl(MODEL, { home: CRM, members: new Map([[CRM, MODEL]]) })),
  { assumeValid: true },
);
export const GRAPH_KEY = { kind: 'app', app: CRM } as const;

export function userOf(role: string, userId = `${role}-1`): Identity {
  return { kind: 'app', app: CRM, userId, email: null, roles: { [CRM]: [role] } };
}

export function dealKey(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function graphOf(revisionNumber: number, schema = SCHEMA): ServedGraph {
  const revision: GraphRevision = {
    id: `g${revisionNumber}` as GraphRevisionId,
    home: CRM,
    members: [{ app: CRM, revision: 1 as Revision }],
  };
  const scopes = new ReadScopes(revision, () => Promise.resolve(MODEL));
  const stages = { scopes, questions: null, fastPath: null, documents: { schema }, server: null };
  return new ServedGraph(revision, stages as unknown as ServedGraph, logger);
}

/** The role that decides what somebody sees. */
export function roleOf(identity: Identity): string {
  return callerFor(identity, CRM).roles.join();
}

export const DEAL = dealOf(MODEL);
export const DEAL_NAMES = entityNames({ app: CRM, entity: 'deal' }, CRM);

function dealOf({ entities }: AppModel): EntityModel {
  const deal = entities.get('deal');
  if (deal === undefined) throw new Error('The app has no deals');
  return deal;
}
