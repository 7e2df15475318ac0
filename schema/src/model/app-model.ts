/**
 * The model: a validated document with every reference resolved and every default written out. SDL, SQL, the
 * write pipeline and permissions all read this and never the document. Built once per revision, frozen, shared.
 */

import type { EntityRules, MachineModel } from '../behaviour/behaviour-model.ts';
import type { EntityWebhooks } from '../behaviour/webhook-model.ts';
import type { CachePolicy } from '../document/cache-definition.ts';
import type {
  AppDocument,
  ConditionDefinition,
  OnDelete,
  PermissionAction,
  SlugDefinition,
  WriteMode,
} from '../document/types.ts';
import type { AppName } from '../ids.ts';
import type { WorkflowModel, WorkflowStarts } from '../workflows/workflow-model.ts';
import type { FieldModel } from './field-model.ts';

/** Names an entity across apps. */
export interface EntityRef {
  readonly app: AppName;
  readonly entity: string;
}

interface LinkBase {
  /** Name of the relation in the document that declares it. */
  readonly relation: string;
  /**
   * GraphQL field name on the entity that has this link. For links from other apps it depends on nothing but the
   * documents.
   */
  readonly graphqlName: string;
  readonly description?: string;
  readonly target: EntityRef;
}

/** This entity holds the foreign key: at most one target record. */
export interface ToOneLink extends LinkBase {
  readonly kind: 'to_one';
  /** Column here that holds the key. */
  readonly localField: string;
  /** Column of the target that the foreign key points at: the target's primary key. */
  readonly targetField: string;
  /** A key that is written must name a record that is there. Never across apps. */
  readonly isChecked: boolean;
  /** What deleting the target does to the record that has this link. */
  readonly onDelete: OnDelete | null;
}

/** The target holds the foreign key and at most one target record is meant (one_to_one). */
export interface HasOneLink extends LinkBase {
  readonly kind: 'has_one';
  readonly localField: string;
  readonly targetField: string;
  readonly onDelete: OnDelete | null;
  readonly writeMode: WriteMode;
}

/** A key of a list's order. */
export interface LinkOrderKey {
  /** Field of the link's target. */
  readonly field: FieldModel;
  readonly descending: boolean;
}

/** The target holds the foreign key. */
export interface ToManyLink extends LinkBase {
  readonly kind: 'to_many';
  readonly localField: string;
  readonly targetField: string;
  readonly onDelete: OnDelete | null;
  readonly writeMode: WriteMode;
  /** Order of the list when a query asks for none, and of an index behind the foreign key. Mostly empty. */
  readonly defaultOrder: readonly LinkOrderKey[];
}

/** Through a join table of two key columns. Both directions exist, also from an entity to itself. */
export interface ManyToManyLink extends LinkBase {
  readonly kind: 'many_to_many';
  readonly localField: string;
  readonly targetField: string;
  readonly joinTable: string;
  /** Column of the join table that holds this entity's key. */
  readonly localJoinColumn: string;
  readonly targetJoinColumn: string;
  readonly onDelete: OnDelete | null;
  readonly writeMode: WriteMode;
  /** False on the mirrored side, so that a relation's join table and on_delete are handled once. */
  readonly declaredHere: boolean;
}

/** A relation seen from the record that has children by it. */
export type ChildLink = HasOneLink | ToManyLink;

/** One direction of a relation, as a field of an entity. */
export type LinkModel = ToOneLink | HasOneLink | ToManyLink | ManyToManyLink;

/** `fullTextSearch` where a field or link of the entity is called `search`. */
export type SearchGraphqlName = 'search' | 'fullTextSearch';

/** What an app or an entity says about keeping answers; null where it says nothing. */
export interface CacheSettings {
  readonly policy: CachePolicy | null;
  readonly ttlSeconds: number | null;
}

export interface EntityModel {
  readonly app: AppName;
  readonly name: string;
  /**
   * Who has declared it. Entities of the engine have tables of their own and are written by it alone; a part of one is
   * reached through links only: it has no root fields and no events.
   */
  readonly origin: 'document' | 'engine' | 'engine_part';
  readonly table: string;
  readonly description?: string;
  readonly fields: readonly FieldModel[];
  readonly fieldByName: ReadonlyMap<string, FieldModel>;
  readonly fieldByGraphqlName: ReadonlyMap<string, FieldModel>;
  readonly primaryKey: FieldModel;
  /** Where a key comes from: a random UUID, an identity column, or the caller. */
  readonly keyGeneration: 'uuid' | 'identity' | 'client';
  readonly softDelete: boolean;
  readonly slug?: SlugDefinition;
  /** GraphQL name of the engine's `_version` column: `version`, or `recordVersion` when the document has `version`. */
  readonly versionGraphqlName: string;
  readonly maxPageSize: number;
  /** The app's own settings count beside it. */
  readonly cache: CacheSettings;
  /** Member of the filter that searches the searchable fields; undefined where there are none. */
  readonly searchGraphqlName?: SearchGraphqlName;
  /** Links within the app and to-one links to other apps, in document order. */
  readonly links: readonly LinkModel[];
  readonly rules: EntityRules;
  /** At most one for each field. */
  readonly machines: readonly MachineModel[];
  readonly webhooks: EntityWebhooks;
}

/** A to-many or has-one link that an entity of another app gets from a relation of this app. */
export interface ForeignContribution {
  readonly on: EntityRef;
  readonly link: ToManyLink | HasOneLink;
}

export interface JoinTableModel {
  readonly relation: string;
  readonly table: string;
  readonly sourceColumn: string;
  readonly targetColumn: string;
  readonly source: EntityModel;
  readonly target: EntityModel;
}

export interface PolicyModel {
  readonly entity: string;
  readonly action: PermissionAction;
  /** Lower-cased; roles compare without case. */
  readonly roles: ReadonlySet<string>;
  /** All must hold. An empty list means every record. */
  readonly conditions: readonly ConditionDefinition[];
}

export interface AppModel {
  readonly app: AppName;
  readonly description?: string;
  readonly cache: CacheSettings;
  /** In document order, then those of the engine. */
  readonly entities: ReadonlyMap<string, EntityModel>;
  readonly joinTables: readonly JoinTableModel[];
  readonly contributions: readonly ForeignContribution[];
  /** Of the document, then those of the engine's entities. */
  readonly policies: readonly PolicyModel[];
  /** Those that can be read, by name, in document order; also those that are not active. */
  readonly workflows: ReadonlyMap<string, WorkflowModel>;
  readonly workflowStarts: WorkflowStarts;
  readonly exports: ReadonlySet<string>;
  /** Apps whose entities this app's relations name, sorted. */
  readonly refersTo: readonly AppName[];
  /** Normalised document without `sample_data` and `exported_at`: what a revision stores and an export returns. */
  readonly document: AppDocument;
}
