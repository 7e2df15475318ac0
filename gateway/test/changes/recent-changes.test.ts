import { appName, epoch } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import type { FedChange } from '../../src/changes/change-feed.ts';
import { NewestEvents } from '../../src/changes/newest-events.ts';
import { RecentChanges } from '../../src/changes/recent-changes.ts';
import { numbers } from '../support/published-changes.ts';

function changeAt(position: number, id = position, key = String(position)): FedChange {
  return {
    event: {
      ...{ id: String(id), app: appName('crm'), epoch: epoch(1), lsn: null, at: '2026-01-01T00:00:00Z' },
      ...{ entity: 'deal', op: 'create', key, version: 1, actor: null, changed: [], record: {} },
      ...{ previous: null, tags: [], omitted: false },
    },
    place: { position, id: `m${position}` },
    bytes: 0,
  };
}

function filled(count: number, limits: { keptMessages: number; keptBytes: number }): RecentChanges {
  const recent = new RecentChanges({ position: 0, id: 'floor' }, limits);
  for (const at of numbers(1, count)) {
    const change = changeAt(at * 2);
    recent.add(change.place, at % 3 === 0 ? null : change, 100);
  }
  return recent;
}

const positionsAfter = (recent: RecentChanges, position: number) =>
  [...recent.changesAfter(position)].map(({ place }) => place.position);

describe('recent changes', () => {
  const limits = { keptMessages: 1_000, keptBytes: 1_000_000 };

  it('are all there behind the floor', () => {
    const recent = filled(6, limits);
    expect(recent.floor).toEqual({ position: 0, id: 'floor' });
    expect(recent.head).toEqual({ position: 12, id: 'm12' });
    expect(positionsAfter(recent, 0)).toEqual([2, 4, 8, 10]);
    expect(positionsAfter(recent, 4)).toEqual([8, 10]);
    expect(positionsAfter(recent, 5)).toEqual([8, 10]);
    expect(positionsAfter(recent, 12)).toEqual([]);
  });

  it('know the message at a position, or that they do not', () => {
    const recent = filled(6, limits);
    expect([0, 2, 3, 6, 12, 14].map((at) => recent.idAt(at))).toEqual([
      ...['floor', 'm2', undefined, 'm6', 'm12', undefined],
    ]);
  });

  it('know nothing of a floor that has no name, and of a message that has none that it has none', () => {
    const recent = new RecentChanges({ position: 1, id: null }, limits);
    recent.add({ position: 2, id: null }, null, 0);
    expect([recent.idAt(1), recent.idAt(2)]).toEqual([undefined, null]);
    recent.add({ position: 5, id: 'm5' }, null, 0);
    expect(recent.head).toEqual({ position: 5, id: 'm5' });
  });

  it('are bounded by their number, whatever comes', () => {
    const recent = filled(50_000, limits);
    expect(recent.size.messages).toBe(1_000);
    expect(recent.floor).toEqual({ position: 98_000, id: 'm98000' });
    expect(recent.idAt(98_000)).toBe('m98000');
    expect(recent.idAt(97_998)).toBeUndefined();
    expect(positionsAfter(recent, 98_000)).toHaveLength(667);
    expect(positionsAfter(recent, 99_990)).toEqual([99_992, 99_994, 99_998, 100_000]);
  });

  it('are bounded by their bytes; one that is larger is not kept at all', () => {
    const recent = filled(10_000, { keptMessages: 1_000_000, keptBytes: 1_050 });
    expect(recent.size).toEqual({ messages: 15, bytes: 1_000 });
    const large = changeAt(30_000);
    recent.add(large.place, large, 2_000);
    expect(recent.size).toEqual({ messages: 0, bytes: 0 });
    expect([recent.floor, recent.head]).toEqual([large.place, large.place]);
    recent.add(changeAt(30_001).place, changeAt(30_001), 100);
    expect(positionsAfter(recent, 30_000)).toEqual([30_001]);
  });
});

describe('the newest events', () => {
  it('of a record are told from those that come late or again', () => {
    const newest = new NewestEvents(10);
    expect(newest.note(changeAt(1, 5, 'a'))).toBe('new');
    expect(newest.note(changeAt(2, 4, 'a'))).toBe('late');
    expect(newest.note(changeAt(3, 5, 'a'))).toBe('again');
    expect(newest.note(changeAt(3, 4, 'a'))).toBe('again');
    expect(newest.note(changeAt(4, 2, 'b'))).toBe('new');
    expect(newest.note(changeAt(5, 10, 'a'))).toBe('new');
  });

  it('say nothing of what is before them on the stream', () => {
    const newest = new NewestEvents(10);
    newest.note(changeAt(100, 7, 'a'));
    expect(newest.note(changeAt(10, 5, 'a'))).toBe('new');
    expect(newest.note(changeAt(100, 7, 'a'))).toBe('new');
    expect(newest.note(changeAt(101, 6, 'a'))).toBe('late');
  });

  it('are forgotten when there are many', () => {
    const newest = new NewestEvents(2);
    for (const key of ['a', 'b', 'c']) newest.note(changeAt(1, 9, key));
    expect(newest.note(changeAt(2, 3, 'a'))).toBe('new');
    expect(newest.note(changeAt(2, 3, 'c'))).toBe('late');
  });
});
