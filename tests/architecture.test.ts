/** The dependency rules themselves: a small tree that breaks each on purpose has to be refused. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rocket-architecture-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json']) {
    await copyFile(join(ROOT, file), join(folder, file));
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Rules that the tree breaks, by name. */
async function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const packages = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
  const command = [CRUISER, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...packages];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder }).catch(
    (failure: { stdout: string }) => failure,
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return [...new Set(summary.violations.map((violation) => violation.rule.name))].sort();
}

describe('dependency rules', () => {
  it('accept what points downwards and goes through the door', async () => {
    const broken = await brokenRules({
      'schema/src/index.ts': 'export const a = 1;\n',
      'gateway/src/index.ts': "export { a } from '../../schema/src/index.ts';\n",
    });
    expect(broken).toEqual([]);
  });

  it.each([
    [
      'schema-depends-only-downwards',
      'schema/src/index.ts',
      '../../platform/src/index.ts',
      'platform/src/index.ts',
    ],
    [
      'gateway-depends-only-downwards',
      'gateway/src/index.ts',
      '../../subgraphs/src/index.ts',
      'subgraphs/src/index.ts',
    ],
    [
      'subgraphs-depends-only-downwards',
      'subgraphs/src/index.ts',
      '../../gateway/src/index.ts',
      'gateway/src/index.ts',
    ],
    ['schema-has-one-door', 'gateway/src/index.ts', '../../schema/src/inner.ts', 'schema/src/inner.ts'],
  ])('%s refuses %s -> %s', async (rule, from, to, target) => {
    const broken = await brokenRules({
      [target]: 'export const a = 1;\n',
      [from]: `export { a } from '${to}';\n`,
    });
    expect(broken).toContain(rule);
  });

  it('refuse a cycle, and input or output in schema', async () => {
    const broken = await brokenRules({
      'schema/src/a.ts': "import { b } from './b.ts';\nexport const a = (): number => b();\n",
      'schema/src/b.ts':
        "import { readFileSync } from 'node:fs';\nimport { a } from './a.ts';\nexport const b = () => a() + readFileSync.length;\n",
    });
    expect(broken).toEqual(['no-cycles', 'schema-is-pure']);
  });

  it('refuse a cycle of types alone', async () => {
    const broken = await brokenRules({
      'schema/src/a.ts': "import type { B } from './b.ts';\nexport interface A {\n  b: B;\n}\n",
      'schema/src/b.ts': "import type { A } from './a.ts';\nexport interface B {\n  a: A | null;\n}\n",
    });
    expect(broken).toEqual(['no-cycles']);
  });
});
