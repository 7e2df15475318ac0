/** Workflows as they are run: every name resolved, every expression compiled. Made from a definition of a document. */
import type { JsonValue } from '../document/types.ts';
import type { EvaluateExpression } from '../expressions/compile/compile-expression.ts';
import type { WebhookRequest } from '../webhooks/webhook-request.ts';

export interface WorkflowModel {
  readonly name: string;
  /** One that is not active starts no instance; those that run go on. */
  readonly active: boolean;
  readonly trigger: TriggerModel;
  /** What instances keep of what started them: name to path. Fixed when an instance starts. */
  readonly context: ReadonlyMap<string, ValuePath>;
  /** By id, in the order of the document; the first one begins. */
  readonly steps: ReadonlyMap<string, StepModel>;
  readonly first: string;
}

/** Which active workflows a change or an event may start, so that one that starts none costs a look. */
export interface WorkflowStarts {
  readonly byEntity: ReadonlyMap<string, readonly WorkflowModel[]>;
  readonly byEvent: ReadonlyMap<string, readonly WorkflowModel[]>;
}

/** An expression of a document, with its text for messages. */
export interface ExpressionModel {
  readonly text: string;
  readonly evaluate: EvaluateExpression;
}

/**
 * A place in what an instance knows, such as `trigger.record.title` or `context.record_id`, by its names. A missing part
 * of it makes null.
 */
export type ValuePath = readonly string[];

/** What a record's change is matched by. `condition` sees `record`, `old`, `action`, `user`, `changes` and `now`. */
interface ChangeTrigger {
  readonly entity: string;
  readonly condition: ExpressionModel | null;
}

export type TriggerModel =
  | (ChangeTrigger & {
      /** A field came to have another value, also by the creation of its record. */
      readonly kind: 'state_change';
      readonly field: string;
      /** Texts of the values before; null stands for any. Null is the text `""`. */
      readonly from: ReadonlySet<string> | null;
      /** Texts of the new values; null stands for any that is not empty. */
      readonly to: ReadonlySet<string> | null;
    })
  | (ChangeTrigger & { readonly kind: 'record_created' | 'record_deleted' })
  /** `fields`: one of them has changed; null stands for any. */
  | (ChangeTrigger & { readonly kind: 'record_updated'; readonly fields: ReadonlySet<string> | null })
  /** What `send_event` sends. `condition` sees `payload`, `event` and `now`. */
  | { readonly kind: 'event'; readonly event: string; readonly condition: ExpressionModel | null }
  /**
   * A mutation. With `entity` it is given the key of a record. Without `roles` those may start it who may update the
   * record, and only administrators where there is none.
   */
  | { readonly kind: 'manual'; readonly entity: string | null; readonly roles: readonly string[] | null }
  /** `cron` of five or six parts, in a time zone of the IANA database. */
  | { readonly kind: 'schedule'; readonly cron: string; readonly timeZone: string };

/** Where an instance, or a branch of it, goes on. */
export type Goto = { readonly kind: 'step'; readonly step: string } | { readonly kind: 'end' };

export type StepModel = ActionStep | ConditionStep | ApprovalStep | WaitStep | ParallelStep | BrokenStep;

/** Cannot be run by the app's document as it is now; an instance that reaches it fails with the reason. */
export interface BrokenStep {
  readonly kind: 'broken';
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  /** Where it leads, for what began before it was broken. What it has not, or has a fault, is the end. */
  readonly gotos: BrokenGotos;
}

export interface BrokenGotos {
  readonly then: Goto;
  readonly onTrue: Goto;
  readonly onFalse: Goto;
  readonly onApprove: Goto;
  readonly onReject: Goto;
  readonly onTimeout: Goto;
}

export interface ActionStep {
  readonly kind: 'action';
  readonly id: string;
  readonly actions: readonly ActionModel[];
  readonly then: Goto;
}

/** `expression` sees `context`, `trigger` and `now`. */
export interface ConditionStep {
  readonly kind: 'condition';
  readonly id: string;
  readonly expression: ExpressionModel;
  readonly onTrue: Goto;
  readonly onFalse: Goto;
}

export interface ApprovalStep {
  readonly kind: 'approval';
  readonly id: string;
  readonly assignee: AssigneeModel;
  /** Null waits without end. */
  readonly timeoutMs: number | null;
  readonly onApprove: Goto;
  readonly onReject: Goto;
  readonly onTimeout: Goto;
}

export type AssigneeModel =
  /** As the document writes it; roles compare without case. */
  | { readonly kind: 'role'; readonly role: string }
  /** Id or e-mail of a user of the app. */
  | { readonly kind: 'user'; readonly user: string }
  /**
   * From the trigger's record, of `entity`, along links to one record of this app, by their GraphQL names, to a field
   * that holds the id or e-mail of a user. Read when the step begins.
   */
  | {
      readonly kind: 'relation';
      readonly entity: string;
      readonly links: readonly string[];
      readonly field: string;
    };

export interface WaitStep {
  readonly kind: 'wait';
  readonly id: string;
  readonly until: WaitUntil;
  readonly then: Goto;
}

export type WaitUntil =
  | { readonly kind: 'duration'; readonly ms: number }
  /** A time that is read when the step begins: by a path, or a field of the trigger's record as it is then. */
  | { readonly kind: 'date'; readonly path: ValuePath }
  | { readonly kind: 'field'; readonly entity: string; readonly field: string }
  /** `condition` sees `payload`, `event`, `context`, `trigger` and `now`. `timeoutMs` null waits without end. */
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly condition: ExpressionModel | null;
      readonly timeoutMs: number | null;
      readonly onTimeout: Goto;
    };

/** All branches begin at once; each goes on from its step until it ends. */
export interface ParallelStep {
  readonly kind: 'parallel';
  readonly id: string;
  /** First steps of the branches. */
  readonly branches: readonly string[];
  /** `any`: the first one that ends gives up the others. */
  readonly join: 'all' | 'any';
  readonly then: Goto;
}

/** A value of an action, of a workflow's step or of a transition. */
export type ValueModel =
  /** For a field, in the form that is bound to SQL. */
  | { readonly kind: 'literal'; readonly value: JsonValue }
  /** The instant of the step or write, or its day in UTC. */
  | { readonly kind: 'now'; readonly form: 'instant' | 'day' }
  /** Of a step it sees `context`, `trigger` and `now`; of a transition what its guard sees. */
  | { readonly kind: 'expression'; readonly expression: ExpressionModel }
  /** Only where an expression is inside; other lists and objects are literals. */
  | { readonly kind: 'list'; readonly items: readonly ValueModel[] }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, ValueModel> };

export type ActionModel =
  /** `set_field` and `update_record`. `values` by field name, as a write is given them. */
  | {
      readonly kind: 'update_record';
      readonly entity: string;
      readonly recordId: ValuePath;
      readonly values: ReadonlyMap<string, ValueModel>;
    }
  | {
      readonly kind: 'create_record';
      readonly entity: string;
      readonly values: ReadonlyMap<string, ValueModel>;
    }
  | { readonly kind: 'delete_record'; readonly entity: string; readonly recordId: ValuePath }
  /** `body` null sends the context of the instance. */
  | ({ readonly kind: 'webhook'; readonly body: ValueModel | null } & WebhookRequest)
  | { readonly kind: 'send_event'; readonly event: string; readonly payload: ValueModel | null };
