import { appName } from '@rocket/schema';
import { expect, test } from 'vitest';
import { createDatabase, MAX_DEAD_LETTERS, type NewDeadLetter } from '../../src/index.ts';
import { crm, freshCatalog, logger } from '../support/fresh-catalog.ts';

const fresh = freshCatalog();
const erp = appName('erp');
const ANY = { consumer: null, app: null };
const ALL = { first: 'newest', after: null, limit: 100 } as const;

function letter(position: number, changes: Partial<NewDeadLetter> = {}): NewDeadLetter {
  return {
    ...{ consumer: 'workflows', app: crm, messageId: `crm:1:${position}`, position },
    ...{ subject: 'rocket.ev.crm.deal.update', payload: `{"id":"${position}"}`, cause: 'it failed' },
    ...changes,
  };
}

async function positions(filter: Parameters<typeof fresh.catalog.deadLetters.list>[0] = ANY) {
  return (await fresh.catalog.deadLetters.list(filter, ALL)).map(({ position }) => position);
}

test('a letter is given back as it was kept, and null when there is none', async () => {
  const { deadLetters } = fresh.catalog;
  await deadLetters.add(letter(7));
  const [head] = await deadLetters.list(ANY, ALL);
  expect(head).toEqual({
    ...{ id: expect.any(String), consumer: 'workflows', app: crm, subject: 'rocket.ev.crm.deal.update' },
    ...{ position: 7, cause: 'it failed', diedAt: expect.any(Date) },
  });
  expect(Math.abs(Date.now() - Number(head?.diedAt))).toBeLessThan(60_000);
  const found = await deadLetters.get(head?.id ?? '');
  expect(found).toEqual({ ...head, payload: '{"id":"7"}' });
  expect(await deadLetters.get('999')).toBeNull();
});

test('a message is kept once for each consumer, whatever its position', async () => {
  const { deadLetters } = fresh.catalog;
  await deadLetters.add(letter(1, { cause: 'first' }));
  await deadLetters.add(letter(1, { cause: 'second' }));
  await deadLetters.add(letter(2, { messageId: 'crm:1:1' }));
  await deadLetters.add(letter(1, { consumer: 'hooks' }));
  const kept = await deadLetters.list(ANY, ALL);
  expect(kept.map(({ consumer, cause }) => [consumer, cause])).toEqual([
    ['hooks', 'it failed'],
    ['workflows', 'first'],
  ]);
});

test('a message without an id is known by its subject and position', async () => {
  const { deadLetters } = fresh.catalog;
  const nameless = { messageId: null, app: null };
  await deadLetters.add(letter(1, nameless));
  await deadLetters.add(letter(1, nameless));
  await deadLetters.add(letter(1, { ...nameless, subject: 'rocket.ev.crm.deal.create' }));
  await deadLetters.add(letter(2, nameless));
  expect(await positions()).toEqual([2, 1, 1]);
});

test('pages go from the newest to the oldest, by consumer and app', async () => {
  const { deadLetters } = fresh.catalog;
  for (const position of [1, 2, 3, 4]) await deadLetters.add(letter(position));
  await deadLetters.add(letter(5, { app: erp }));
  await deadLetters.add(letter(6, { consumer: 'hooks' }));
  const ofCrm = { consumer: 'workflows', app: crm };
  const first = await deadLetters.list(ofCrm, { ...ALL, limit: 3 });
  expect(first.map(({ position }) => position)).toEqual([4, 3, 2]);
  const after = first.at(-1)?.id ?? null;
  const rest = await deadLetters.list(ofCrm, { first: 'newest', after, limit: 3 });
  expect(rest.map(({ position }) => position)).toEqual([1]);
  const forth = await deadLetters.list(ofCrm, { first: 'oldest', after, limit: 100 });
  expect(forth.map(({ position }) => position)).toEqual([3, 4]);
  expect(await positions({ consumer: null, app: erp })).toEqual([5]);
  expect(await positions({ consumer: 'hooks', app: null })).toEqual([6]);
  expect(await deadLetters.count(ANY)).toBe(6);
  expect(await deadLetters.count(ofCrm)).toBe(4);
});

test('letters are dropped by their ids, or all of a filter', async () => {
  const { deadLetters } = fresh.catalog;
  for (const position of [1, 2, 3]) await deadLetters.add(letter(position));
  await deadLetters.add(letter(4, { app: erp }));
  const [, newest] = await deadLetters.list(ANY, ALL);
  expect(await deadLetters.drop([newest?.id ?? '', '999'])).toBe(1);
  expect(await positions()).toEqual([4, 2, 1]);
  expect(await deadLetters.dropAll({ consumer: 'workflows', app: crm })).toBe(2);
  expect(await positions()).toEqual([4]);
  expect(await deadLetters.dropAll({ consumer: 'hooks', app: null })).toBe(0);
  expect(await deadLetters.drop([])).toBe(0);
});

test('a long cause is cut between two characters, and a NUL hinders nothing', async () => {
  const { deadLetters } = fresh.catalog;
  await deadLetters.add(letter(1, { cause: `a${'ü'.repeat(5_000)}` }));
  await deadLetters.add(letter(2, { cause: 'a\0b', payload: 'no JSON: \0', subject: 'rocket.x\0' }));
  const [second, first] = await deadLetters.list(ANY, ALL);
  expect(first?.cause).toBe(`a${'ü'.repeat(2_047)}`);
  expect(second).toMatchObject({ cause: 'a\uFFFDb', subject: 'rocket.x\uFFFD' });
});

test('what is full refuses more, and still knows the messages that it has', async () => {
  const { deadLetters } = fresh.catalog;
  await deadLetters.add(letter(1));
  const database = createDatabase({ url: fresh.database.url, logger, applicationName: 'test', max: 1 });
  await database.query({
    text: `INSERT INTO dead_letter (consumer, message, subject, payload, position, cause)
           SELECT 'hooks', n::text, 'rocket.x', '{}', n, '' FROM generate_series(2, $1::int) AS n`,
    values: [MAX_DEAD_LETTERS],
  });
  await database.close();
  await expect(deadLetters.add(letter(2))).rejects.toMatchObject({ code: 'NOT_READY' });
  await deadLetters.add(letter(1));
  expect(await deadLetters.count(ANY)).toBe(MAX_DEAD_LETTERS);
  expect(await deadLetters.dropAll({ consumer: 'hooks', app: null })).toBe(MAX_DEAD_LETTERS - 1);
  await deadLetters.add(letter(2));
  expect(await positions()).toEqual([2, 1]);
});

test('letters outlive their app', async () => {
  await fresh.withApp();
  await fresh.catalog.deadLetters.add(letter(1));
  await fresh.catalog.removeApp(crm);
  expect(await positions()).toEqual([1]);
});
