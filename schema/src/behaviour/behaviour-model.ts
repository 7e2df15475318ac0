/** Rules and state machines as they are run: compiled once per revision, so that no request reads the document. */
import type { ConditionDefinition, JsonValue } from '../document/types.ts';
import type { EvaluateExpression } from '../expressions/compile/compile-expression.ts';
import type { FieldModel } from '../model/field-model.ts';
import type { ValueModel } from '../workflows/workflow-model.ts';

/** Records that an expression reads as `related.<relation>`. */
export interface RelatedLoad {
  readonly relation: string;
  /** Entity of the records, of the same app. */
  readonly target: string;
  /** A list of records, or one record or null. */
  readonly many: boolean;
  /** All must hold of a record. */
  readonly conditions: readonly ConditionDefinition[];
}

interface RuleBase {
  /** What the caller is told. */
  readonly message: string;
  /** No rule after this one is looked at when it refuses. */
  readonly stopOnFail: boolean;
}

export interface FieldRule extends RuleBase {
  readonly kind: 'field';
  readonly field: FieldModel;
  readonly operator: string;
  /**
   * Whether a value, null included, breaks the rule. Values are as rows have them.
   * @throws ExpressionError when that takes too much work
   */
  readonly isViolated: (value: unknown) => boolean;
}

interface Evaluated {
  /** The text of the expression, for messages about it. */
  readonly text: string;
  readonly evaluate: EvaluateExpression;
  readonly related: readonly RelatedLoad[];
}

/** Refuses when the expression is true. */
export interface ExpressionRule extends RuleBase, Evaluated {
  readonly kind: 'expression';
  /** The one field that the expression reads of the record; null when it reads several, or none. */
  readonly field: FieldModel | null;
}

/** Stores the expression's value in the field. */
export interface ComputedRule extends RuleBase, Evaluated {
  readonly kind: 'computed';
  readonly field: FieldModel;
}

/** Active rules, each list in the order in which they run. */
export interface EntityRules {
  readonly beforeWrite: {
    readonly checks: readonly (FieldRule | ExpressionRule)[];
    readonly computed: readonly ComputedRule[];
  };
  readonly beforeDelete: readonly (FieldRule | ExpressionRule)[];
}

export type TransitionAction =
  /** `now` is the instant of the write; another value is in the form that is bound to SQL. */
  | { readonly kind: 'now'; readonly field: FieldModel }
  | { readonly kind: 'set'; readonly field: FieldModel; readonly value: string | number | boolean | null }
  /** A record that is created by the same write. */
  | ({ readonly kind: 'create_record' } & CreationModel)
  /** What is to follow the commit. */
  | { readonly kind: 'effect'; readonly effect: EffectKind; readonly definition: JsonValue };

export interface CreationModel {
  readonly entity: string;
  /** By field name. Expressions see what guards see, with the record as it is stored. */
  readonly values: ReadonlyMap<string, ValueModel>;
}

export const EFFECT_KINDS = ['send_event', 'webhook'] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

export interface TransitionModel {
  readonly from: ReadonlySet<string>;
  readonly to: string;
  /** As the document writes them; null when everybody may. */
  readonly roles: readonly string[] | null;
  /** Allows when it is true. */
  readonly guard: { readonly text: string; readonly evaluate: EvaluateExpression } | null;
  readonly actions: readonly TransitionAction[];
}

/** Which values a field may take, one after another. */
export interface MachineModel {
  readonly field: FieldModel;
  /** The only state of a new record; null when it may be any. */
  readonly initial: string | null;
  readonly transitions: readonly TransitionModel[];
}
