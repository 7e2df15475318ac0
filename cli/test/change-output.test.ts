import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createChangePrinter, type ToldChange } from '../src/output/lines/change-lines.ts';

const change: ToldChange = {
  ...{ operation: 'UPDATED', id: 'c1', changedFields: ['stage', 'amount'], snapshot: false, cursor: 'x' },
  at: '2026-01-02T03:04:05.678Z',
  node: { id: 'c1', stage: 'WON', amount: '1.50' },
  previous: { id: 'c1', stage: 'OPEN', amount: null },
};

/** What is printed below the header, as on a terminal or not. */
function printed(changes: readonly ToldChange[], isTTY = false): string {
  const stdout = Object.assign(new PassThrough(), { isTTY, getColorDepth: () => 8 });
  const printer = createChangePrinter({ stdout }, { json: false, primaryKey: 'id' });
  for (const each of changes) printer.print(each);
  return String(stdout.read()).replace(/^.*\n/, '').trimEnd();
}

describe('changes for people', () => {
  it('say what became what', () => {
    expect(printed([change])).toMatch(
      /^2026-01-02T03:04:05\.678Z {2}UPDATED {4}c1 +stage: "OPEN" -> "WON", amount: null -> "1\.50"$/,
    );
  });

  it('name what was not asked for, and mark what the server could not read', () => {
    expect(printed([{ ...change, changedFields: ['stage', 'secret'], node: null }])).toMatch(
      /stage: "OPEN" -> \?, secret$/,
    );
  });

  it('tell of the record as it is when it was added, as it was when it was removed', () => {
    const { node, previous } = change;
    expect(printed([{ ...change, operation: 'ADDED', previous: null }])).toContain(
      'stage: "WON", amount: "1.50"',
    );
    expect(printed([{ ...change, operation: 'REMOVED', node: null }])).toMatch(/stage: "OPEN"$/);
    expect(printed([{ ...change, operation: 'ADDED', node: { id: 'c1' } }])).toMatch(/c1 +-$/);
    expect(printed([{ ...change, operation: 'ADDED', snapshot: true, node, previous }])).toContain(
      'SNAPSHOT',
    );
  });

  it('have colours on a terminal, which values cannot give commands', () => {
    expect(printed([change], true)).toContain('\u001B[33mUPDATED');
    expect(printed([{ ...change, id: 'a\u001B[2J', node: { stage: '\u009B2J' } }])).not.toMatch(/\p{Cc}/u);
  });

  it('are cut where a value is long', () => {
    const line = printed([{ ...change, operation: 'ADDED', node: { text: 'x'.repeat(1_000) } }]);
    expect(line.length).toBeLessThan(200);
    expect(line).toMatch(/x…$/);
  });
});
