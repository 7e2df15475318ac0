/** Ends an instance as failed: trying again would not help. Its message is meant for whoever wrote or runs the workflow. */
export class WorkflowFault extends Error {
  override readonly name = 'WorkflowFault';
}
