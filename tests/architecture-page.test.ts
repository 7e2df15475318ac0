/** The map leads somewhere: what ARCHITECTURE.md names is there, and no folder is missing from it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGE = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
const PACKAGES = ['schema', 'platform', 'subgraphs', 'gateway', 'cli'];
const SOURCES = globSync(
  PACKAGES.map((name) => `${name}/src/**/*.ts`),
  { cwd: ROOT },
);

it('names files that are there', () => {
  const named = PAGE.match(/[a-z-]+(?:\/[a-z-]+)*\.ts\b/g) ?? [];
  expect(named.length).toBeGreaterThan(50);
  const endings = new Set(
    SOURCES.flatMap((path) => path.split('/').map((_, at, parts) => parts.slice(at).join('/'))),
  );
  expect(named.filter((path) => !endings.has(path))).toEqual([]);
});

it.each(PACKAGES)('says of each folder of %s what happens there', (name) => {
  const table = new RegExp(`^\\| \`${name}/src\` .*\\n(?:\\|.*\\n)+`, 'm').exec(PAGE)?.[0] ?? '';
  const listed = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, folder]) => folder);
  const folders = SOURCES.map((path) => path.split('/'))
    .filter(([top, , , file]) => top === name && file !== undefined)
    .map(([, , folder]) => folder);
  expect(listed.toSorted()).toEqual([...new Set(folders)].toSorted());
});
