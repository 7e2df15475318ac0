import type { ListSlowQueriesQuery } from '../admin/generated/operations.ts';
import { formatNumber, formatTimes } from './numbers.ts';

type SlowQuery = ListSlowQueriesQuery['appSlowQueries'][number];

/** The worst first, each with its SQL and, if requested, its plan. */
export function formatSlowQueries(app: string, queries: readonly SlowQuery[]): string {
  if (queries.length === 0) {
    return `No slow statements of ${app}. What counts as slow is in ROCKET_SLOW_QUERY_MS of its shard's process.`;
  }
  return queries.map((query, at) => slowQueryLines(query, at + 1).join('\n')).join('\n\n');
}

function slowQueryLines(query: SlowQuery, number: number): string[] {
  const { sql, operation, count, meanMs, worstMs, lastSeenAt, plan, noPlan } = query;
  const times = `worst ${formatNumber(worstMs)} ms, mean ${formatNumber(meanMs)} ms`;
  return [
    `${number}. ${operation ?? '(no named operation)'}: ${formatTimes(count)}, ${times}, last at ${lastSeenAt}`,
    indent(sql, 3),
    ...(plan === null ? [] : ['   Plan', indent(plan, 5)]),
    ...(noPlan === null ? [] : [`   No plan: ${noPlan}`]),
  ];
}

function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}
