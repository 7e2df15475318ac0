import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSequenceValues, setSequenceValues } from '../../../src/moves/structure/sequence-values.ts';
import { createPlace, differences, type TestPlace } from './structure-copy.ts';

let source: TestPlace;
let target: TestPlace;
beforeEach(async () => {
  [source, target] = await Promise.all([createPlace(), createPlace()]);
});
afterEach(async () => {
  await source.dispose();
  await target.dispose();
});

describe('differences', () => {
  it('are told in words, for the parts of tables only when both have the table', async () => {
    await source.run(
      'CREATE TABLE "only Here" (id int)',
      'CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int, CHECK (b > 0))',
      'CREATE INDEX ix ON t (a)',
      'CREATE SEQUENCE s',
      'CREATE EXTENSION citext',
    );
    await target.run(
      'CREATE TABLE t (id int, a varchar(5), c int, CONSTRAINT t_b_check CHECK (c > 0))',
      'CREATE INDEX ix ON t (a DESC)',
      'CREATE SEQUENCE s INCREMENT 2',
      `CREATE TYPE e AS ENUM ('a')`,
      'CREATE EXTENSION pg_trgm',
    );
    expect(await differences(source.database, target.database)).toEqual([
      'Extension citext is missing in the target',
      'Sequence s differs: in the source it is bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1 NO CYCLE, in the target bigint INCREMENT BY 2 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1 NO CYCLE',
      'Table only Here is missing in the target',
      'Type e is only in the target',
      'Column id of table t differs: in the source it is integer NOT NULL, in the target integer',
      'Column a of table t differs: in the source it is text NOT NULL, in the target character varying(5)',
      'Column b of table t is missing in the target',
      'Constraint t_b_check of table t differs: in the source it is CHECK ((b > 0)), in the target CHECK ((c > 0))',
      'Constraint t_pkey of table t is missing in the target',
      'Index ix of table t differs: in the source it is CREATE INDEX ix ON public.t USING btree (a), in the target CREATE INDEX ix ON public.t USING btree (a DESC)',
      'Column c of table t is only in the target',
    ]);
  });
});

describe('values of sequences', () => {
  const SEQUENCES = [
    'CREATE SEQUENCE "Up "',
    'CREATE SEQUENCE down INCREMENT -1',
    'CREATE SEQUENCE fresh START 7',
    'CREATE SEQUENCE big',
  ];
  const set = (...values: [string, string, boolean][]) =>
    values.map(([name, value, called]) => `SELECT setval('${name}', ${value}, ${called})`);

  it('are copied exactly, called or not', async () => {
    await source.run(
      ...SEQUENCES,
      ...set(['"Up "', '5', true], ['down', '-9', true], ['big', '9223372036854775806', false]),
    );
    await target.run(...SEQUENCES);
    await target.database.query(setSequenceValues(await readSequenceValues(source.database)));
    expect(await readSequenceValues(target.database)).toEqual([
      { name: '"public"."Up "', lastValue: '5', isCalled: true },
      { name: '"public"."big"', lastValue: '9223372036854775806', isCalled: false },
      { name: '"public"."down"', lastValue: '-9', isCalled: true },
      { name: '"public"."fresh"', lastValue: '7', isCalled: false },
    ]);
  });

  it('never go back', async () => {
    await source.run(...SEQUENCES, ...set(['"Up "', '5', true], ['down', '-9', true], ['fresh', '8', false]));
    await target.run(
      ...SEQUENCES,
      ...set(['"Up "', '6', false], ['down', '-10', true], ['fresh', '8', true]),
    );
    const before = await readSequenceValues(target.database);
    await target.database.query(setSequenceValues(await readSequenceValues(source.database)));
    expect(await readSequenceValues(target.database)).toEqual(before);
  });

  it('are set only by quoted names', () => {
    const name = 'x; DROP TABLE y';
    expect(() => setSequenceValues([{ name, lastValue: '1', isCalled: true }])).toThrow('quoted name');
  });
});
