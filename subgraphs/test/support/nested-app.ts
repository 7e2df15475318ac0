/** An app whose records are written with their children, by inputs as GraphQL delivers them. */
import type { Database, Statement, Transaction } from '@rocket/platform';
import type { AppModel, Caller } from '@rocket/schema';
import { documentInput } from '../../src/operation/document-input.ts';
import { createWritePipeline, type WriteResult } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, entity, LOGGER, parseApp, WEBHOOKS, type WriteApp } from './write-app.ts';

export type Input = Readonly<Record<string, unknown>>;

export interface NestedApp {
  readonly app: WriteApp;
  readonly model: AppModel;
  create(name: string, input: Input, caller?: Caller): Promise<WriteResult>;
  update(name: string, id: string, patch: Input, caller?: Caller): Promise<WriteResult>;
  rows(text: string, values?: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
  /** Leaves no records and no events. */
  clear(): Promise<void>;
  /** Statements of the writes since it was last asked. */
  statements(): string[];
  /** Ends the connection before the statement of this number of the next write; the one after the last is its commit. */
  cutBefore(statement: number): void;
}

export const text = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
export const key = (name: string, more: object = {}) => ({ name: `${name}_id`, type: 'uuid', ...more });
export const relation = (source: string, target: string, more: object = {}) => ({
  name: `${source}_${target}`,
  type: 'one_to_many',
  source,
  target,
  target_key: `${source}_id`,
  ...more,
});

const agent = { roles: ['agent'] };
const isNot = (field: string, value: string) => ({ field, operator: 'neq', value });

/** Tickets with a card, responses, which have files and are deleted softly, and labels; topics form a tree. */
export const helpdesk = {
  version: 1,
  entities: [
    entity('ticket', [text('title', { required: true })]),
    entity('card', [text('number', { unique: true }), key('ticket')]),
    entity('response', [text('body', { required: true }), text('code', { unique: true }), key('ticket')], {
      soft_delete: true,
    }),
    entity('attachment', [text('name', { required: true, enum: ['a', 'b', 'c'] }), key('response')]),
    entity('label', [text('name'), text('secret')]),
    entity('topic', [text('title'), text('slug', { unique: true }), { name: 'topic_id', type: 'uuid' }], {
      slug: { field: 'slug', source: 'title' },
    }),
  ],
  relations: [
    relation('ticket', 'response', { name: 'ticket_responses', on_delete: 'cascade' }),
    relation('ticket', 'card', { type: 'one_to_one', name: 'ticket_card' }),
    relation('response', 'attachment', { name: 'response_attachments', on_delete: 'cascade' }),
    relation('topic', 'topic', { name: 'topic_children', on_delete: 'cascade' }),
    {
      name: 'ticket_labels',
      type: 'many_to_many',
      source: 'ticket',
      target: 'label',
      join_table: 'ticket_labels',
      source_join_key: 'ticket_id',
      target_join_key: 'label_id',
    },
  ],
  permissions: [
    ...['read', 'create', 'update', 'delete'].map((action) => ({ entity: 'ticket', action, ...agent })),
    { entity: 'response', action: 'create', ...agent, conditions: [isNot('body', 'forbidden')] },
    { entity: 'response', action: 'read', ...agent, conditions: [isNot('body', 'hidden')] },
    { entity: 'response', action: 'update', ...agent, conditions: [isNot('body', 'fixed')] },
    { entity: 'response', action: 'delete', ...agent, conditions: [isNot('body', 'fixed')] },
    { entity: 'label', action: 'read', ...agent, conditions: [isNot('secret', 'yes')] },
  ],
};

export function keyOf(result: WriteResult): string {
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.key;
}

/** Code, path and rule of each. */
export function faults(result: WriteResult): string[] {
  if (result.ok) throw new Error('was not refused');
  return result.errors.map(({ code, path, rule }) => `${code} ${path.join('.')} ${rule}`);
}

/** No record has this key. */
export const NOBODY = '00000000-0000-4000-8000-00000000dead';

export async function createNestedApp(document: object): Promise<NestedApp> {
  const app = await createWriteApp();
  await app.activate(document);
  const { model } = parseApp(document);
  let seen: string[] = [];
  let cut = 0;
  const database = watched(app.database, {
    before: async (statement, tx, number) => {
      seen.push(statement.text);
      if (number !== cut) return;
      const [row] = await tx.query({ text: 'SELECT pg_backend_pid()', values: [] });
      await app.database.query({ text: 'SELECT pg_terminate_backend($1)', values: [row?.[0]] });
    },
  });
  const writes = createWritePipeline({
    database,
    model,
    logger: LOGGER,
    webhooks: WEBHOOKS,
    outbox: app.outbox,
  });
  const read = (name: string, input: Input) => {
    const of = model.entities.get(name);
    if (of === undefined) throw new Error(`no entity ${name}`);
    return documentInput(model.entities, of, input);
  };
  return {
    app,
    model,
    create: (name, input, caller = ADMIN) => {
      const { values, nested } = read(name, input);
      return writes.create(caller, name, values, nested);
    },
    update: (name, id, input, caller = ADMIN) => {
      const { values: patch, nested } = read(name, input);
      return writes.update(caller, name, { id, patch, nested });
    },
    rows: (query, values = []) => app.database.query({ text: query, values }),
    clear: async () => {
      const tables = [...model.entities.values(), ...model.joinTables].map(({ table }) => table);
      await app.database.query({ text: `TRUNCATE ${[...tables, '_outbox'].join(', ')}`, values: [] });
    },
    statements: () => {
      const texts = seen;
      seen = [];
      return texts;
    },
    cutBefore: (statement) => {
      cut = statement;
    },
  };
}

type Watch = (statement: Statement, tx: Transaction, number: number) => Promise<void>;

function watched(database: Database, { before }: { before: Watch }): Database {
  return {
    query: (statement, options) => database.query(statement, options),
    close: () => database.close(),
    transaction: (work, options) =>
      database.transaction(async (tx) => {
        let number = 0;
        const watch = async (statement: Statement): Promise<void> => {
          number += 1;
          await before(statement, tx, number);
        };
        return await work({
          async query(statement, settings) {
            await watch(statement);
            return await tx.query(statement, settings);
          },
          async commitWith(statement, settings) {
            await watch(statement);
            return await tx.commitWith(statement, settings);
          },
        });
      }, options),
  };
}
