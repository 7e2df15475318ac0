import { appName, WORKFLOW_INSTANCE_STATUSES, type WorkflowInstanceStatus } from '@rocket/schema';
import { type Command, Option } from 'commander';
import type { CommandLine } from '../../command-line.ts';
import { numberOf } from '../number-of.ts';
import { changeWorkflow } from './workflow-change.ts';
import { listWorkflows } from './workflow-list.ts';
import { showWorkflow } from './workflow-show.ts';

const HELP = `
Examples:
  rocket workflow list --waiting
  rocket workflow list --app crm --failed --workflow discount_approval
  rocket workflow show crm 6f1c2f9e-8f0a-4c53-9a53-0f7f0c1f7c11
  rocket workflow retry crm 6f1c2f9e-8f0a-4c53-9a53-0f7f0c1f7c11

An instance is one run of a workflow of an app. Who approves does so in the app itself: approveStep and rejectStep of its
graph.`;

const LISTED = 50;

interface GivenFilter {
  readonly app?: string;
  readonly failed?: boolean;
  readonly waiting?: boolean;
  readonly status?: WorkflowInstanceStatus;
  readonly workflow?: string;
  readonly limit: number;
  readonly json?: boolean;
}

/** \`rocket workflow ...\` */
export function addWorkflowCommands(program: Command, line: CommandLine): void {
  const workflow = program
    .command('workflow')
    .description('See the workflows that run in the apps, cancel them, or retry what failed')
    .addHelpText('after', HELP);
  workflow
    .command('list')
    .description('list instances, the last started ones first')
    .option('--app <app>', 'by default all that have workflows')
    .option('--failed', 'only those that failed')
    .option('--waiting', 'only those that wait: for people, a time or an event')
    .addOption(
      new Option('--status <status>', 'only those of this status').choices(WORKFLOW_INSTANCE_STATUSES),
    )
    .option('--workflow <name>', 'only those of this workflow')
    .option('--limit <number>', `by default ${LISTED}, at most 200`, numberOf('instances'), LISTED)
    .option('--json', 'print the list as JSON')
    .action(({ failed, waiting, status, app, workflow: name, ...options }: GivenFilter) => {
      const statuses: WorkflowInstanceStatus[] = [
        ...(failed === true ? ['failed' as const] : []),
        ...(waiting === true ? ['waiting' as const] : []),
        ...(status === undefined ? [] : [status]),
      ];
      return listWorkflows(line, {
        ...{ app: app === undefined ? null : appName(app), statuses, workflow: name ?? null, ...options },
      });
    });
  onInstance(workflow, 'show', 'draw the way that an instance has gone, and what it waits for').action(
    (app: string, id: string, options: { json?: boolean }) =>
      showWorkflow(line, { app: appName(app), id, ...options }),
  );
  for (const [kind, does] of [
    ['cancel', 'end an instance where it is'],
    ['retry', 'have an instance that failed go on with the step that failed'],
  ] as const) {
    onInstance(workflow, kind, does)
      .option('--comment <text>', 'kept in its history')
      .action((app: string, id: string, options: { comment?: string; json?: boolean }) =>
        changeWorkflow(line, { kind, app: appName(app), id, ...options }),
      );
  }
}

function onInstance(workflow: Command, name: string, description: string): Command {
  return workflow
    .command(name)
    .description(description)
    .argument('<app>')
    .argument('<id>', 'of the instance')
    .option('--json', 'print the instance as JSON');
}
