/** Suggestions for misspelt names. */

/** Names compared per suggestion, and characters compared per name: bounds the work a document can cause. */
const MAX_CANDIDATES = 1_000;
const MAX_NAME_CHARACTERS = 64;

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate nearest to `name`, within an edit distance of a third of the name's length, but at least 1. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.slice(0, MAX_NAME_CHARACTERS).toLowerCase();
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  let best: string | undefined;
  let compared = 0;
  for (const candidate of candidates) {
    compared += 1;
    if (compared > MAX_CANDIDATES) break;
    const distance = editDistance(wanted, candidate.slice(0, MAX_NAME_CHARACTERS).toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best;
}

/** `Did you mean "ticket"?` */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? undefined : `Did you mean ${JSON.stringify(nearest)}?`;
}

/** `Did you mean "ticket"? Known: ticket, customer`, or the list alone when nothing is near. */
export function didYouMeanOf(label: 'Known' | 'Allowed', value: unknown, words: Iterable<string>): string {
  const all = [...words];
  const list = `${label}: ${all.join(', ')}`;
  const nearest = typeof value === 'string' ? didYouMean(value, all) : undefined;
  return nearest === undefined ? list : `${nearest} ${list}`;
}
