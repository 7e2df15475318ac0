import type { JsonValue } from '../document/types.ts';

/** `int` and `integer` are one type here, `text` is `string`. */
export type ScalarType =
  | 'string'
  | 'int'
  | 'bigint'
  | 'float'
  | 'decimal'
  | 'boolean'
  | 'uuid'
  | 'timestamp'
  | 'date'
  | 'json'
  | 'file';

export interface FieldModel {
  /** Name in the document, and of the column. */
  readonly name: string;
  /** camelCase name in GraphQL. */
  readonly graphqlName: string;
  readonly type: ScalarType;
  readonly description?: string;
  /** A create must give a value (after defaults), and an update may not null it. */
  readonly required: boolean;
  /** The column and the GraphQL field may be null. False for the primary key and for required fields. */
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly indexed: boolean;
  readonly searchable: boolean;
  /** Undefined when the document gives none; null is a value. */
  readonly default?: JsonValue;
  /** The values allowed, in document order. */
  readonly enumValues?: readonly string[];
  /** GraphQL enum member -> stored value. Undefined when not every value can be a GraphQL name: then it is a String. */
  readonly enumMembers?: ReadonlyMap<string, string>;
  /** Scale of a decimal: digits behind the point; undefined is unconstrained. */
  readonly scale?: number;
  readonly auto?: 'create' | 'update';
  readonly isPrimaryKey: boolean;
  /** Holds the key of a record of this or another app. */
  readonly isForeignKey: boolean;
  /** Callers may set it: false for the generated key, auto fields, `deleted_at`. */
  readonly writable: boolean;
}
