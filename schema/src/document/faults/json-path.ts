/** Places in a document. */

/** Property names and array indexes from the root inwards. */
export type JsonPath = readonly (string | number)[];

const PLAIN_PROPERTY = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** `['entities', 0, 'type']` -> `$.entities[0].type`; other property names are quoted: `$.a["b c"]`. */
export function formatPath(path: JsonPath): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return PLAIN_PROPERTY.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
  });
  return `$${parts.join('')}`;
}

function positionIn(container: unknown, part: string | number): number {
  if (typeof part === 'number') return part;
  if (typeof container !== 'object' || container === null) return Number.MAX_SAFE_INTEGER;
  const position = Object.keys(container).indexOf(part);
  // Faults about missing parts are reported after those about present ones.
  return position === -1 ? Number.MAX_SAFE_INTEGER : position;
}

function memberOf(container: unknown, part: string | number): unknown {
  if (typeof container !== 'object' || container === null) return undefined;
  return Object.hasOwn(container, part) ? Reflect.get(container, part) : undefined;
}

/** Sort key of a path: the position of each step among its siblings, as the author wrote them. */
export function documentPosition(root: unknown, path: JsonPath): readonly number[] {
  const positions: number[] = [];
  let container = root;
  for (const part of path) {
    positions.push(positionIn(container, part));
    container = memberOf(container, part);
  }
  return positions;
}

/** Orders two positions as their places follow each other in the text; a parent comes before its parts. */
export function comparePositions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
