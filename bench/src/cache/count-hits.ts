/** What became of the questions that a gateway was asked, by its own count. */
import type { Gateway } from '../sides/gateway.ts';

interface Answers {
  readonly hits: number;
  /** Mutations are none of them. */
  readonly queries: number;
}

/** Runs a load, and says which part of the queries meanwhile was answered from the cache; null where there is none. */
export async function withHitRate<T>(
  gateway: Gateway,
  load: () => Promise<T>,
): Promise<T & { readonly hitRate: number | null }> {
  const before = await countAnswers(gateway);
  const result = await load();
  const after = await countAnswers(gateway);
  const queries = after.queries - before.queries;
  return { ...result, hitRate: queries === 0 ? null : (after.hits - before.hits) / queries };
}

async function countAnswers(gateway: Gateway): Promise<Answers> {
  const text = await gateway.metrics();
  const counts = [...text.matchAll(/^rocket_cache_answers_total\{(.*)\} (\S+)$/gm)].map(
    ([, labels = '', count]) => ({ labels, count: Number(count) }),
  );
  const sum = (isCounted: (labels: string) => boolean): number =>
    counts.reduce((total, { labels, count }) => (isCounted(labels) ? total + count : total), 0);
  return {
    hits: sum((labels) => labels.includes('result="hit"')),
    queries: sum((labels) => !labels.includes('detail="mutation"')),
  };
}
