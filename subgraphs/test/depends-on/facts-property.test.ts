/**
 * Random writes between random reads: an answer that is another one after a write depends on something that the write
 * tells of.
 */
import type { ReadFacts, SubgraphAnswer } from '@rocket/schema';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWritePipeline, type WritePipeline } from '../../src/write/pipeline.ts';
import { changedLinkTags, linkRows } from '../support/link-rows.ts';
import { CALLERS, type CallerName, callerName, checkWorlds } from '../support/random-reads/check-read.ts';
import { ReadArbitraries } from '../support/random-reads/read-arbitrary.ts';
import { readText } from '../support/random-reads/read-text.ts';
import { worldData } from '../support/random-reads/world/world-data.ts';
import { WORLD_DOCUMENT } from '../support/random-reads/world/world-document.ts';
import { type RandomWrite, runWrite, writeArbitrary } from '../support/random-writes.ts';
import { createReadApp, type ReadApp } from '../support/read-app.ts';
import { TELLING_READS } from '../support/telling-reads.ts';
import { createTestOutbox, type TestOutbox } from '../support/test-outbox.ts';
import { LOGGER, WEBHOOKS } from '../support/write-app.ts';

const SEED = 20_260_102;
const WORLDS = 60;
const READS_PER_WORLD = 8;
const WRITES_PER_WORLD = 16;
const DEPTH = 2;
const TIMEOUT_MS = 120_000;

/** Fields that lists are found by, of each type: those of some types have no tags. */
const INDEXED = new Set([
  'title',
  'status',
  'count',
  'serial',
  'token',
  'price',
  'at',
  'age',
  'code',
  'rank',
]);
const DOCUMENT = {
  ...WORLD_DOCUMENT,
  entities: WORLD_DOCUMENT.entities.map((entity) => withIndexes(entity)),
};

function withIndexes(entity: object): object {
  const fields: unknown = Reflect.get(entity, 'fields');
  if (!Array.isArray(fields)) throw new Error('An entity has fields');
  return {
    ...entity,
    fields: fields.map((field: { name: string }) => ({ ...field, indexed: INDEXED.has(field.name) })),
  };
}

let app: ReadApp;
let outbox: TestOutbox;
let writes: WritePipeline;
/** Tags of the events of the last write. */
let told: string[] = [];

beforeAll(async () => {
  app = await createReadApp(DOCUMENT);
  outbox = createTestOutbox(app.url, { app: app.model.app });
  writes = createWritePipeline({
    database: app.database,
    model: app.model,
    logger: LOGGER,
    webhooks: WEBHOOKS,
    outbox: {
      write: (work) =>
        outbox.write((commit) =>
          work(async (tx, events) => {
            told = events.flatMap(({ payload }) => JSON.parse(payload).tags);
            return await commit(tx, events);
          }),
        ),
    },
  });
});
afterAll(async () => {
  await outbox?.dispose();
  await app?.dispose();
});

interface Read {
  readonly caller: CallerName;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Some of each must be there, or the test says nothing. */
const counts = { pairs: 0, changed: 0, untouched: 0 };

it(
  'depend on what the events of a write tell, when it changes them',
  async () => {
    const trees = new ReadArbitraries(app.model).root(DEPTH);
    const random = fc
      .tuple(callerName, trees)
      .map(([caller, tree]): Read => ({ caller, ...readText(app.model, tree, CALLERS[caller].isAdmin) }));
    const telling = fc.record({
      caller: callerName,
      query: fc.constantFrom(...TELLING_READS),
      variables: fc.constant({}),
    });
    // Most random reads find too little to be changed by anything.
    const read = fc.oneof({ weight: 1, arbitrary: random }, { weight: 3, arbitrary: telling });
    const oneCase = fc.record({
      reads: fc.array(read, { minLength: READS_PER_WORLD, maxLength: READS_PER_WORLD }),
      writes: fc.array(writeArbitrary(app.model), {
        minLength: WRITES_PER_WORLD,
        maxLength: WRITES_PER_WORLD,
      }),
    });
    await checkWorlds(
      app,
      {
        data: worldData,
        cases: oneCase.map((one) => [one]),
        check: (_data, one) => checkWrites(one.reads, one.writes),
      },
      { seed: SEED, runs: WORLDS },
    );
    expect(counts.pairs).toBeGreaterThan(2_000);
    expect(counts.changed).toBeGreaterThan(100);
    expect(counts.untouched).toBeGreaterThan(500);
  },
  TIMEOUT_MS,
);

async function checkWrites(reads: readonly Read[], random: readonly RandomWrite[]): Promise<void> {
  let before = await Promise.all(reads.map((read) => answer(read)));
  const plain = await Promise.all(reads.map((read) => answer(read, false)));
  expect(before.map(({ json }) => json())).toEqual(plain.map(({ json }) => json()));
  let links = await linkRows(app);
  for (const write of random) {
    told = [];
    if (!(await runWrite(app.model, writes, write))) continue;
    const linksAfter = await linkRows(app);
    const tags = new Set([...told, ...changedLinkTags(links, linksAfter)]);
    const after = await Promise.all(reads.map((read) => answer(read)));
    for (const [index, read] of reads.entries())
      checkPair({ read, write, tags, before: before[index], after: after[index] });
    before = after;
    links = linksAfter;
  }
}

function checkPair(of: {
  read: Read;
  write: RandomWrite;
  tags: ReadonlySet<string>;
  before: SubgraphAnswer | undefined;
  after: SubgraphAnswer | undefined;
}): void {
  const facts = of.before?.facts;
  if (facts?.kind !== 'read') return;
  counts.pairs += 1;
  const isTouched = dependsOn(facts, of.tags);
  if (!isTouched) counts.untouched += 1;
  if (of.before?.json() === of.after?.json()) return;
  counts.changed += 1;
  if (isTouched) return;
  const { query, variables } = of.read;
  throw new Error(
    [
      `A read by ${of.read.caller} changed by a write that has none of its tags`,
      query,
      `variables ${JSON.stringify(variables)}`,
      `write     ${JSON.stringify(of.write)}`,
      `told      ${JSON.stringify([...of.tags])}`,
      `depends   ${JSON.stringify(facts.tags)}`,
      `before    ${of.before?.json()}`,
      `after     ${of.after?.json()}`,
    ].join('\n'),
  );
}

function dependsOn({ tags }: ReadFacts, told: ReadonlySet<string>): boolean {
  return tags.some(([prefix, values]) => values.some((value) => told.has(prefix + value)));
}

async function answer({ caller, query, variables }: Read, wantsFacts = true): Promise<SubgraphAnswer> {
  return await app.answer(query, { caller: CALLERS[caller], variables: { ...variables }, wantsFacts });
}
