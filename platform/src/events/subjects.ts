/** Subjects as NATS has them: tokens between dots; in a filter `*` is any token and a last `>` is one or more. */
import { ALL_SUBJECTS } from '@rocket/schema';

const ROOT = ALL_SUBJECTS.slice(0, -'.>'.length);
const TOKEN = '[^\\s.*>\\u0000]+';
const SUBJECT = new RegExp(`^${ROOT}(?:\\.${TOKEN})+$`);
const FILTER = new RegExp(`^${ROOT}(?:\\.(?:\\*|${TOKEN}))*(?:\\.(?:\\*|>|${TOKEN}))$`);

/** @throws RangeError unless it is a subject of the stream, without wildcards */
export function checkSubject(subject: string): void {
  if (!SUBJECT.test(subject)) throw new RangeError(`Not a subject of ${ALL_SUBJECTS}: ${subject}`);
}

/** @throws RangeError unless it selects subjects of the stream */
export function checkFilter(filter: string): void {
  if (!FILTER.test(filter)) throw new RangeError(`Not a filter of ${ALL_SUBJECTS}: ${filter}`);
}

/** A function that says whether a subject is one of the filter's. */
export function subjectMatcher(filter: string): (subject: string) => boolean {
  checkFilter(filter);
  const wanted = filter.split('.');
  const open = wanted.at(-1) === '>';
  const fixed = open ? wanted.slice(0, -1) : wanted;
  return (subject) => {
    const tokens = subject.split('.');
    if (open ? tokens.length <= fixed.length : tokens.length !== fixed.length) return false;
    return fixed.every((token, at) => token === '*' || token === tokens[at]);
  };
}
