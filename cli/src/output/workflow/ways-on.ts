/** Where the steps of a workflow lead, as its document says it. */
import { z } from 'zod';

/** By step: the ways on, as `approved -> pay`. */
export type WaysOn = ReadonlyMap<string, readonly string[]>;

const Goto = z
  .union([z.string(), z.object({ goto: z.string() }).transform(({ goto }) => goto)])
  .nullish()
  .transform((step) => step ?? 'end');
const WAYS: Readonly<Record<string, readonly (readonly [property: string, when: string])[]>> = {
  action: [['then', 'then']],
  condition: [
    ['on_true', 'true'],
    ['on_false', 'false'],
  ],
  approval: [
    ['on_approve', 'approved'],
    ['on_reject', 'rejected'],
    ['on_timeout', 'timed out'],
  ],
  wait: [
    ['then', 'then'],
    ['on_timeout', 'timed out'],
  ],
  parallel: [['then', 'then']],
};

const Step = z.looseObject({ id: z.string(), type: z.string() });
const Document = z.object({
  workflows: z.array(z.object({ name: z.string(), steps: z.array(Step) })),
});

/**
 * Nothing where the document has no such workflow, or says it in a form that is not known here: an instance may have
 * begun with another document.
 */
export function readWaysOn(document: unknown, workflow: string): WaysOn {
  const parsed = Document.safeParse(document);
  const found = parsed.data?.workflows.find(({ name }) => name === workflow);
  return new Map(found?.steps.map((step) => [step.id, waysOf(step)]));
}

function waysOf(step: z.output<typeof Step>): string[] {
  const ways = WAYS[step.type] ?? [];
  return ways.flatMap(([property, when]) => {
    if (property === 'on_timeout' && step['timeout'] === undefined) return [];
    const to = Goto.safeParse(step[property]);
    return to.success ? [`${when} -> ${to.data}`] : [];
  });
}
