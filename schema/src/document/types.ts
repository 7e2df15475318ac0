/**
 * The metadata document of an app, as it is after validation: property names are the document's own (snake_case). Unknown
 * properties of entities, rules and the like are kept, so that an export returns what was imported.
 */
import type { CacheDefinition } from './cache-definition.ts';
import type { WebhookDefinition } from './webhook-definition.ts';

export const FIELD_TYPES = [
  'string',
  'text',
  'int',
  'integer',
  'bigint',
  'float',
  'decimal',
  'boolean',
  'uuid',
  'timestamp',
  'date',
  'json',
  'file',
] as const;
export type FieldTypeName = (typeof FIELD_TYPES)[number];

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface PrimaryKeyDefinition {
  readonly field: string;
  readonly type: 'uuid' | 'int' | 'integer' | 'bigint' | 'string';
  readonly generated?: boolean;
}

export interface SlugDefinition {
  readonly field: string;
  readonly source?: string;
  readonly regenerate_on_update?: boolean;
}

export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldTypeName;
  readonly required?: boolean;
  readonly nullable?: boolean;
  readonly unique?: boolean;
  readonly indexed?: boolean;
  readonly searchable?: boolean;
  readonly default?: JsonValue;
  readonly enum?: readonly string[];
  readonly precision?: number;
  readonly auto?: 'create' | 'update';
  readonly description?: string;
}

export interface EntityDefinition {
  readonly name: string;
  readonly table: string;
  readonly description?: string;
  readonly primary_key: PrimaryKeyDefinition;
  readonly soft_delete?: boolean;
  readonly slug?: SlugDefinition;
  /** Largest page of this entity's lists, 1 to 1,000; 200 when absent. */
  readonly max_page_size?: number;
  readonly cache?: CacheDefinition;
  readonly fields: readonly FieldDefinition[];
}

export type OnDelete = 'cascade' | 'set_null' | 'restrict' | 'detach';
export type WriteMode = 'diff' | 'replace' | 'append';

/** One key of the order in which a relation's list comes when a query asks for none. */
export interface RelationOrderDefinition {
  /** Field of the entity that is listed. */
  readonly field: string;
  /** `asc` when absent. */
  readonly direction?: 'asc' | 'desc';
}

export interface RelationDefinition {
  readonly name: string;
  readonly type: 'one_to_one' | 'one_to_many' | 'many_to_many';
  /** The parent: an entity of this app, or `app.entity` of another app that exports it. */
  readonly source: string;
  /** The entity that holds the foreign key; always of this app. */
  readonly target: string;
  readonly source_key?: string;
  readonly target_key?: string;
  readonly join_table?: string;
  readonly source_join_key?: string;
  readonly target_join_key?: string;
  readonly ownership?: 'source' | 'target' | 'none';
  readonly on_delete?: OnDelete;
  /** False: a key is written without a look whether its record is there. True when absent; within an app only. */
  readonly check_reference?: boolean;
  /** Default order of the list on the source; the first key counts most. */
  readonly order_by?: readonly RelationOrderDefinition[];
  readonly fetch?: 'lazy' | 'eager';
  readonly write_mode?: WriteMode;
  readonly description?: string;
  /** Names of the GraphQL fields: `field` on the source, `inverse_field` on the target. */
  readonly graphql?: { readonly field?: string; readonly inverse_field?: string };
}

export interface RuleDefinition {
  readonly entity: string;
  readonly hook?: 'before_write' | 'before_delete';
  readonly type: 'field' | 'expression' | 'computed';
  readonly definition: { readonly [key: string]: JsonValue };
  readonly priority?: number;
  readonly active?: boolean;
}

export interface TransitionDefinition {
  readonly from: string | readonly string[];
  readonly to: string;
  readonly roles?: readonly string[];
  readonly guard?: string | null;
  readonly actions?: readonly { readonly type: string; readonly [key: string]: JsonValue }[];
}

export interface StateMachineDefinition {
  readonly entity: string;
  readonly field: string;
  readonly active?: boolean;
  readonly definition: {
    readonly initial?: string | null;
    readonly transitions: readonly TransitionDefinition[];
  };
}

export interface WorkflowDefinition {
  readonly name: string;
  readonly active?: boolean;
  readonly trigger: { readonly type: string; readonly [key: string]: JsonValue };
  readonly context?: { readonly [key: string]: JsonValue };
  readonly steps: readonly {
    readonly id: string;
    readonly type: string;
    readonly [key: string]: JsonValue;
  }[];
}

export type PermissionAction = 'read' | 'create' | 'update' | 'delete';

export const CONDITION_OPERATORS = ['eq', 'neq', 'in', 'not_in', 'gt', 'gte', 'lt', 'lte', 'like'] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

export interface ConditionDefinition {
  readonly field: string;
  readonly operator: ConditionOperator;
  /** A literal, a list of literals, or a reference to the caller: `{ "user": "id" }`. */
  readonly value: JsonValue;
}

export interface PermissionDefinition {
  readonly entity: string;
  readonly action: PermissionAction;
  readonly roles: readonly string[];
  readonly conditions?: readonly ConditionDefinition[];
}

export interface UiConfigDefinition {
  readonly entity: string;
  readonly scope?: string;
  readonly config: { readonly [key: string]: JsonValue };
}

export type SampleRow = { readonly [column: string]: JsonValue };

export interface AppDocument {
  readonly version: 1;
  readonly exported_at?: string;
  readonly description?: string;
  readonly cache?: CacheDefinition;
  readonly entities: readonly EntityDefinition[];
  readonly relations: readonly RelationDefinition[];
  readonly rules: readonly RuleDefinition[];
  readonly state_machines: readonly StateMachineDefinition[];
  readonly workflows: readonly WorkflowDefinition[];
  readonly permissions: readonly PermissionDefinition[];
  readonly webhooks: readonly WebhookDefinition[];
  readonly ui_configs: readonly UiConfigDefinition[];
  /** Entities that other apps may relate to. */
  readonly exports: readonly string[];
  /** Rows by entity name or join table. Inserted at import, not part of the stored revision or of an export. */
  readonly sample_data: { readonly [entityOrJoinTable: string]: readonly SampleRow[] };
}
