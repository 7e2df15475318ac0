import type { ShowCacheStatusQuery } from '../admin/generated/operations.ts';
import { formatBytes, formatNumber } from './numbers.ts';
import { formatTable } from './table.ts';

type Status = ShowCacheStatusQuery['cacheStatus'];
type Memory = NonNullable<Status['memory']>;

/** What is kept, what became of requests, then a table of apps, and Redis. */
export function formatCacheStatus(status: Status): string {
  const { memory, apps, shared } = status;
  if (memory === null) return ['The cache is off: ROCKET_CACHE is 0', sharedLine(shared)].join('\n');
  const doubts = apps.flatMap(({ app, doubts }) => doubts.map((doubt) => `${app}: ${doubt}`));
  return [
    [...memoryLines(memory), ...requestLines(status)].join('\n'),
    formatTable(['APP', 'SURE', 'AGE'], apps.map(appCells), 'No apps yet.'),
    ...(doubts.length === 0 ? [] : [doubts.join('\n')]),
    sharedLine(shared),
  ].join('\n\n');
}

function memoryLines(memory: Memory): string[] {
  const { entries, bytes, maxBytes, evictions, invalidatedTags, rememberedTags, forgottenTags } = memory;
  return [
    `Kept answers: ${formatNumber(entries)}, ${formatBytes(bytes)} of ${formatBytes(maxBytes)}; dropped for want of room: ${formatNumber(evictions)}`,
    `Tags of changes: ${formatNumber(invalidatedTags)}; remembered: ${formatNumber(rememberedTags)}; dropped for want of room: ${formatNumber(forgottenTags)}`,
  ];
}

const PERCENT = 100;

function requestLines({ hits, misses, bypasses, hitRate }: Status): string[] {
  const rate = hitRate === null ? '' : `, ${formatNumber(hitRate * PERCENT)} % of those that could be kept`;
  return [
    `Given from the cache: ${counts(hits)}${rate}`,
    `Read and kept: ${counts(misses)}`,
    `Read and not kept: ${counts(bypasses)}`,
  ];
}

function counts(of: Status['hits']): string {
  if (of.length === 0) return '0';
  const sum = of.reduce((total, { count }) => total + count, 0);
  return `${formatNumber(sum)} (${of.map(({ name, count }) => `${name} ${formatNumber(count)}`).join(', ')})`;
}

const MS_PER_SECOND = 1_000;

function appCells({ app, sure, ageMs }: Status['apps'][number]): string[] {
  return [app, sure ? 'yes' : 'no', ageMs === null ? '-' : `${formatNumber(ageMs / MS_PER_SECOND)} s`];
}

function sharedLine({ state, since, reason, ...of }: Status['shared']): string {
  if (state === 'off') return 'Redis: none';
  const why = reason === null ? '' : `: ${reason}`;
  const numbers = [
    [of.hits, 'hits'],
    [of.misses, 'misses'],
    [of.errors, 'errors'],
    [of.timeouts, 'timeouts'],
    [of.dropped, 'not stored'],
  ] as const;
  const counted = numbers.map(([count, name]) => `${formatNumber(count)} ${name}`).join(', ');
  return `Redis: ${state} since ${since ?? '-'}${why}\nOf all that this process keeps there: ${counted}`;
}
