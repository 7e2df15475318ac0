/** Resolvers of the mutations of workflows: they name the arguments, and the engine of workflows does the rest. */
import {
  type AppName,
  type Home,
  inputJsonProblem,
  type JsonValue,
  type UserError,
  workflowNames,
} from '@rocket/schema';
import { JSON_RULE } from '../write/input-value.ts';
import { payload, type RootResolver } from './mutation-resolvers.ts';

export function workflowResolvers(app: AppName, home: Home): Record<string, RootResolver> {
  const names = workflowNames(app, home);
  const decision =
    (approve: boolean): RootResolver =>
    async (_source, args, { workflows, caller }) =>
      payload(
        await workflows.decide(caller, {
          approvalId: String(args['id']),
          approve,
          comment: textOf(args['comment']),
        }),
      );
  return {
    [names.approve]: decision(true),
    [names.reject]: decision(false),
    [names.reassign]: async (_source, args, { workflows, caller }) =>
      payload(
        await workflows.reassign(caller, {
          approvalId: String(args['id']),
          role: textOf(args['role']),
          userId: textOf(args['userId']),
          comment: textOf(args['comment']),
        }),
      ),
    [names.cancel]: async (_source, args, { workflows, caller }) =>
      payload(await workflows.cancel(caller, ofInstance(args))),
    [names.retry]: async (_source, args, { workflows, caller }) =>
      payload(await workflows.retry(caller, ofInstance(args))),
    [names.start]: async (_source, args, { workflows, caller }) => {
      const input = args['input'] ?? null;
      if (!isStorable(input)) return payload({ ok: false, errors: [UNSTORABLE_INPUT] });
      const of = { workflow: String(args['workflow']), recordId: textOf(args['recordId']), input };
      return payload(await workflows.start(caller, of));
    },
  };
}

const UNSTORABLE_INPUT: UserError = {
  code: 'VALIDATION_FAILED',
  message: `input ${JSON_RULE}`,
  path: ['input'],
  rule: 'type',
};

/** Whether the instance can keep it. Numbers are exact, as texts of JSON. */
function isStorable(value: unknown): value is JsonValue {
  return inputJsonProblem(value) === null;
}

function ofInstance(args: Parameters<RootResolver>[1]) {
  return { instanceId: String(args['id']), comment: textOf(args['comment']) };
}

/** Null where nothing is given. GraphQL's types leave only texts. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
