/** What a shard does with workflows: what people do with them, and events that were dead. Workers run the instances. */
import {
  type ConsumedEvent,
  type Placed,
  RocketError,
  readStream,
  type ShardService,
  WORKFLOWS_CONSUMER,
} from '@rocket/schema';
import type { OpenApps } from '../apps/open-apps.ts';
import type { CommandWorkflows, WorkflowCommands } from '../operation/workflow-commands.ts';
import { toldEvent, wasToldBy } from './told-event.ts';
import { createWorkflowApps, type WorkflowAppsOptions } from './workflow-apps.ts';
import { createWorkflowCommands } from './workflows/commands/commands.ts';
import { concernsWorkflows, handleEvent } from './workflows/handle-event.ts';

export interface ShardWorkflows extends Pick<ShardService, 'handleEvent'> {
  readonly commands: CommandWorkflows;
}

export function createShardWorkflows(
  apps: OpenApps,
  options: Omit<WorkflowAppsOptions, 'onTimer'>,
): ShardWorkflows {
  // Workers are told of timers by the stream.
  const workflowApps = createWorkflowApps({ ...options, onTimer: () => undefined });
  return {
    commands: ({ deadlineAtMs, onCommitted, ...document }) => {
      // Most operations command nothing.
      const made = (): WorkflowCommands =>
        createWorkflowCommands({
          app: workflowApps.open(apps, document),
          request: { deadlineAtMs, onCommitted },
        });
      return {
        decide: async (caller, decision) => await made().decide(caller, decision),
        reassign: async (caller, to) => await made().reassign(caller, to),
        cancel: async (caller, of) => await made().cancel(caller, of),
        retry: async (caller, of) => await made().retry(caller, of),
        start: async (caller, of) => await made().start(caller, of),
      };
    },
    handleEvent: async (at, event) => {
      const placement = await apps.admit(at);
      const active = await apps.active(at.app);
      if (active === null) throw new RocketError('APP_NOT_FOUND', `App ${at.app} has no document`);
      const record = readEvent(at, event);
      if (!concernsWorkflows(active.model, record)) return;
      const app = workflowApps.open(apps, { placement, ...active });
      if (!(await wasToldBy(() => app.database, record, placement.epoch)))
        throw new RocketError('BAD_REQUEST', `The event is one of a former app ${at.app}`);
      await handleEvent(app, record);
    },
  };
}

/** @throws RocketError `NOT_FOUND` for another consumer, `BAD_REQUEST` for what is no event of the app */
function readEvent({ app }: Placed, { consumer, payload }: ConsumedEvent) {
  if (consumer !== WORKFLOWS_CONSUMER)
    throw new RocketError('NOT_FOUND', `There is no consumer ${consumer} here`);
  const record = readStream(payload);
  if (record.kind === 'unreadable')
    throw new RocketError('BAD_REQUEST', `The event cannot be read: ${record.reason}`);
  if (toldEvent(record)?.app !== app) throw new RocketError('BAD_REQUEST', `The event is not one of ${app}`);
  return record;
}
