import type { ExplainCacheQuery } from '../admin/generated/operations.ts';
import { formatNumber } from './numbers.ts';

type Explanation = ExplainCacheQuery['cacheExplain'];
type App = Explanation['apps'][number];
type Rules = NonNullable<Explanation['rules']>;

/** Tags of one kind that are shown. */
const MAX_TAGS = 5;

/** Whether an answer is kept, for whom, and what makes it void, as sentences. */
export function formatExplanation(explanation: Explanation): string {
  const { apps, rules } = explanation;
  const parts = [keptLines(explanation)];
  if (rules !== null) parts.push([sharing(rules, apps), ...apps.flatMap(accessLines)]);
  if (apps.length > 0) parts.push([voidBy(explanation), ...apps.flatMap(tagLines)]);
  const doubts = apps.flatMap(({ app: { app, doubts } }) => doubts.map((doubt) => `  ${app}: ${doubt}`));
  if (apps.length > 0) parts.push([sureness(apps), ...doubts]);
  if (explanation.kept || explanation.inMemory !== null) parts.push([memory(explanation.inMemory)]);
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function keptLines({ keptSeconds, notKept, errors, rules }: Explanation): string[] {
  if (notKept !== null) {
    const because =
      notKept.reason === 'no-store' && rules !== null ? ` (decided by ${rules.because.join(', ')})` : '';
    return [
      `Not kept: ${notKept.text}${because} (${notKept.reason}).`,
      ...errors.map((message) => `  ${message}`),
    ];
  }
  const limit = rules === null || rules.ttlSeconds === null ? '' : ` (set by ${rules.ttlBecause.join(', ')})`;
  return [`Kept, for ${formatNumber(keptSeconds ?? 0)} s at most${limit}, or until a change makes it void.`];
}

/** In the terms of the documents, then in those of this caller. */
function sharing({ policy, because }: Rules, apps: readonly App[]): string {
  const admins = apps.filter(({ isAdmin }) => isAdmin).map(({ app: { app } }) => app);
  const all = admins.length === 0 ? 'all' : `all administrators of ${admins.join(', ')}`;
  const isOwn = apps.some(({ access }) => access.some(({ byCaller }) => byCaller));
  switch (policy) {
    case 'no_store':
      return 'Shared by nobody. What this caller may read:';
    case 'private':
      return `Kept for each user apart, as ${because.join(', ')} ${because.length === 1 ? 'is' : 'are'} private. What this caller may read:`;
    case 'public':
      return `Shared by ${all} who may read the same, and public: for callers without a token HTTP caches keep it too. They may read:`;
    default:
      return isOwn
        ? 'Given to this caller alone, as who they are decides what they may read:'
        : `Shared by ${all} who may read the same:`;
  }
}

function accessLines({ app: { app }, access }: App): string[] {
  return access.map(({ entity, ...seen }) => `  ${app}.${entity}: ${extent(seen)}`);
}

function extent({ sees, condition, byCaller }: Omit<App['access'][number], 'entity'>): string {
  switch (sees) {
    case 'all':
      return 'all records';
    case 'some':
      return `those with ${condition ?? '?'}${byCaller ? ' (by who the caller is)' : ''}`;
    case 'none':
      return 'no record';
    default:
      return 'not at all: asking is an error';
  }
}

function voidBy({ kept }: Explanation): string {
  return kept
    ? 'Void from the next change on that has one of these tags:'
    : 'It depends on changes with these tags:';
}

function tagLines({ tags }: App): string[] {
  return tags.map(({ prefix, values, count }) => {
    const shown = values.slice(0, MAX_TAGS);
    const more = count - shown.length;
    const rest = more === 0 ? '' : ` and ${formatNumber(more)} more`;
    if (count === 1 && shown[0] === '') return `  ${prefix}  (any change of it)`;
    return `  ${prefix}${shown.join(', ')}${rest}`;
  });
}

function sureness(apps: readonly App[]): string {
  const isSure = apps.every(({ app }) => app.sure);
  if (isSure) return `The gateway is sure of ${apps.map(({ app }) => app.app).join(', ')}.`;
  return 'The gateway is not sure, so kept answers are not given now:';
}

function memory(found: Explanation['inMemory']): string {
  if (found === null) return 'No answer was in memory for such a caller.';
  const age = `${formatNumber(found.ageSeconds)} s old`;
  switch (found.state) {
    case 'current':
      return `In memory was an answer, ${age}, which is still right.`;
    case 'unsure':
      return `In memory was an answer, ${age}, which is not given while the gateway is not sure.`;
    default:
      return `In memory was an answer, ${age}, which is void: ${found.state}.`;
  }
}
