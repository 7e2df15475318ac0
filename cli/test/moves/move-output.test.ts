import { describe, expect, it } from 'vitest';
import { stoppedText } from '../../src/commands/moves/follow-moves.ts';
import { lossLines } from '../../src/commands/moves/kept-databases.ts';
import { formatDrained, formatRefused } from '../../src/output/moves/drain-text.ts';
import { formatMoves, formatSteps } from '../../src/output/moves/move-table.ts';
import { formatOutcome, formatProgress, formatTotal } from '../../src/output/moves/move-text.ts';
import { createMoveView } from '../../src/output/moves/move-views.ts';
import { formatPlan } from '../../src/output/moves/rebalance-plan.ts';
import { formatDuration } from '../../src/output/numbers.ts';
import { AT, copying, failed, kept, keptLine, manualClock, moveWith, UNTIL } from './given-moves.ts';

const COPYING =
  'crm: rows are copied [####------] 40%, 12 s left, 1.2 MB of 3.0 MB, 153.6 kB/s, writes will wait about 120 ms, 1,234 of 3,000 rows (customer)';
const KEPT = `crm is on s2; writes waited 112 ms. The former database is kept until ${UNTIL}; \`rocket app move crm --back\` takes it back.`;
const cells = (text: string, line: number) => text.split('\n')[line]?.split(/ {3,}/);
/** Commands are shown as this reader can call them. */
const plain = (text: string) => text.replaceAll(/`(?:npx|node \S+) ?(?:rocket )?/g, '`rocket ');

describe('the progress of a move', () => {
  it('is said with all that is known', () => {
    expect(formatProgress(copying)).toBe(COPYING);
    expect(formatProgress(moveWith())).toBe('crm: waits for a worker');
    const ready = { ...copying, bytesDone: 9, bytesTotal: 8, detail: '\u001B[2J' };
    expect(formatProgress(ready)).toContain('[##########] 100%');
    expect(formatProgress(ready)).not.toMatch(/\p{Cc}/u);
  });

  it('goes by rows where bytes are not known, and by nothing where there are none', () => {
    const rows = { ...copying, bytesDone: null, bytesTotal: null };
    expect(formatProgress(rows)).toContain(
      '41%, 12 s left, 153.6 kB/s, writes will wait about 120 ms, 1,234 of 3,000 rows',
    );
    expect(formatProgress({ ...rows, rowsDone: 0, rowsTotal: 0 })).toMatch(
      /copied 12 s left.*120 ms \(customer\)$/,
    );
  });

  it('ends with what came of it', () => {
    expect(formatOutcome(kept)).toBe(KEPT);
    expect(formatOutcome({ ...kept, isBack: true, keptUntil: null, pauseMs: null })).toBe(
      'crm is back on s2.',
    );
    expect(formatOutcome(failed)).toBe('crm stays on s1, the move to s2 has failed: the disk of s2 is full');
    expect(formatOutcome({ ...failed, phase: 'aborted', problem: null })).toMatch(/was aborted$/);
    expect(formatOutcome({ ...kept, phase: 'returned' })).toBe('crm was moved to s2, and is back on s1.');
  });

  it('is summed up for several', () => {
    expect(formatTotal([kept, failed, copying, moveWith(), moveWith()])).toBe(
      '1 of 5 apps moved, 1 not moved, 1 in progress, 2 waiting',
    );
  });

  it('tells durations in units that fit', () => {
    expect([0.4, 340, 12_400, 200_000, 18_120_000].map(formatDuration)).toEqual([
      ...['0 ms', '340 ms', '12 s', '3 min 20 s', '5 h 2 min'],
    ]);
  });
});

describe('a view of moves', () => {
  const shown = (options: { json?: boolean; several?: boolean; isTTY?: boolean; columns?: number } = {}) => {
    const line = keptLine(options);
    const clock = manualClock();
    const { json = false, several = false } = options;
    const view = createMoveView(line, { json, several, nowMs: clock.nowMs });
    return { line, clock, view };
  };

  it('has a line for each phase and every 10 s where there is no terminal', async () => {
    const { line, clock, view } = shown();
    view.update(moveWith());
    view.update(copying);
    view.update({ ...copying, rowsDone: 1_300 });
    await clock.pass(9_000);
    view.tick();
    expect(line.out()).toBe(`crm: waits for a worker\n${COPYING}\n`);
    await clock.pass(1_000);
    view.tick();
    view.tick();
    expect(line.out()).toBe(`${COPYING.replace('1,234', '1,300')}\n`);
    view.update(kept);
    view.end();
    expect(plain(line.out())).toBe(`${KEPT}\n`);
  });

  it('shows no one that waits for its turn, but the total', () => {
    const { line, view } = shown({ several: true });
    view.update(moveWith());
    view.update({ ...copying, id: 'm2', app: 'shop' });
    view.end();
    expect(line.out()).toBe(
      `${COPYING.replace('crm', 'shop')}\n0 of 2 apps moved, 1 in progress, 1 waiting\n`,
    );
  });

  it('rewrites one line on a terminal, cut to its width', () => {
    const { line, view } = shown({ isTTY: true, columns: 40 });
    view.update(moveWith());
    view.update(copying);
    expect(line.out()).toBe(
      'crm: waits for a worker\n\u001B[1A\u001B[Jcrm: rows are copied [####------] 40%,…\n',
    );
    view.remark('Hear this');
    expect(line.out()).toBe('\u001B[1A\u001B[Jcrm: rows are copied [####------] 40%,…\n');
    expect(line.remarks()).toBe('Hear this\n');
    view.update(kept);
    view.tick();
    expect(plain(line.out())).toBe(`\u001B[1A\u001B[J${KEPT}\n`);
  });

  it('has a line for each app in progress and a total on a terminal', () => {
    const { line, view } = shown({ isTTY: true, several: true });
    view.update(copying);
    line.out();
    view.update({ ...copying, id: 'm2', app: 'shop' });
    expect(line.out().split('\n').slice(1)).toEqual([
      ...[COPYING.replace('crm', 'shop'), '0 of 2 apps moved, 2 in progress', ''],
    ]);
  });

  it('is events for programs', () => {
    const { line, view } = shown({ json: true });
    for (const move of [moveWith(), copying, failed]) view.update(move);
    view.tick();
    view.end();
    const events = line.out().trimEnd().split('\n');
    expect(events.map((each) => JSON.parse(each))).toEqual([moveWith(), copying, failed]);
  });

  it('says a problem that does not end it once', () => {
    const { line, view } = shown();
    const troubled = { ...copying, problem: 's1 did not answer' };
    for (const move of [troubled, { ...troubled, rowsDone: 2_000 }]) view.update(move);
    expect(line.remarks()).toBe('crm: s1 did not answer\n');
  });
});

describe('tables of moves', () => {
  it('say where, how far and what went wrong', () => {
    const text = formatMoves([copying, { ...kept, isBack: true }, failed], 'None.');
    expect(cells(text, 0)).toEqual(['APP', 'FROM', 'TO', 'PHASE', 'PROGRESS', 'BEGAN', 'PROBLEM']);
    expect(cells(text, 1)).toEqual(['crm', 's1', 's2', 'copying', '40%, 1.2 MB of 3.0 MB', AT, '-']);
    expect(cells(text, 2)?.slice(3, 5)).toEqual(['kept (back)', 'writes waited 112 ms']);
    expect(cells(text, 3)?.slice(3)).toEqual(['failed', '-', AT, 'the disk of s2 is full']);
    expect(formatMoves([], 'None.')).toBe('None.');
  });

  it('have the steps of one', () => {
    const steps = [{ phase: 'copying', mover: 'worker-1', note: null, at: AT }];
    const text = formatSteps({ ...copying, steps });
    expect(text.split('\n')[0]).toBe(COPYING);
    expect(cells(text, 3)).toEqual([AT, 'copying', 'worker-1', '-']);
  });
});

describe('what came of a drain', () => {
  it('says when the shard can be removed', () => {
    expect(formatDrained('s1', [{ ...kept, keptUntil: AT }, kept], [])).toBe(
      `s1 holds no apps any more. \`rocket shard remove s1\` is possible once the former databases are not kept any more, after ${UNTIL}.`,
    );
  });

  it('names what is left, and how to go on', () => {
    const refused = { app: 'shop', reason: 'it is moved already' };
    expect(formatRefused(refused)).toBe('shop cannot be moved now: it is moved already');
    expect(formatDrained('s1', [kept, failed], [refused])).toBe(
      'Still on s1: crm (the disk of s2 is full), shop (it is moved already). `rocket shard drain s1` tries again to move what is left.',
    );
  });
});

describe('a plan to even out the shards', () => {
  const load = { transactionsPerSecond: 12.34, transactionsPerSecondAfter: 5 };
  const s1 = { name: 's1', isCounted: true, apps: 2, bytes: 3_145_728, bytesAfter: 1_048_576.5, ...load };
  const move = {
    app: 'crm',
    from: 's1',
    to: 's2',
    bytes: 2_097_152,
    transactionsPerSecond: 7,
    reason: 'big',
  };

  it('has the shards before and after, and the moves with their reasons', () => {
    const text = formatPlan({ shards: [s1, { ...s1, name: 's3', isCounted: false }], moves: [move] });
    expect(cells(text, 1)).toEqual(['s1', '2', '3.0 MB', '1.0 MB', '12.3 tx/s', '5 tx/s']);
    expect(cells(text, 2)?.[0]).toBe('s3 (left as it is)');
    expect(cells(text, 5)).toEqual(['crm', 's1', 's2', '2.0 MB', '7 tx/s', 'big']);
    expect(formatPlan({ shards: [s1], moves: [] })).toMatch(/\n\nNo move would even out the shards\.$/);
  });
});

describe('what is said before something is lost or left', () => {
  it('names each app, and a former database as a way out', () => {
    const lost = [
      { name: 'crm', entityCount: 12, kept: { shard: 's1', database: 'rocket_crm', until: UNTIL } },
      { name: 'shop', entityCount: 1, kept: null },
    ];
    expect(lossLines(lost)).toEqual([
      `  crm: all data of its 12 entities. Its former database is kept on s1 until ${UNTIL}: instead of removing it, \`rocket app restore-to s1 crm --database rocket_crm\` could serve the app from there.`,
      '  shop: all data of its 1 entity.',
    ]);
  });

  it('tells who stops following how to see the move again', () => {
    expect(stoppedText([copying])).toContain('`rocket app moves crm --follow` shows it again');
    expect(stoppedText([copying, kept])).toContain('`rocket app moves --follow` shows them again');
  });
});
