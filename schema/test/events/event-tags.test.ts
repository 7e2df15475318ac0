import { describe, expect, it } from 'vitest';
import { eventTags, fieldTags, joinTags, linkTags, tagText } from '../../src/events/event-tags.ts';
import type { FieldModel } from '../../src/model/field-model.ts';
import { APP, entity, entityOf, KEY, model, oneToMany } from '../support/document-fixture.ts';

const MODEL = model({
  entities: [
    entity('deal', [
      { name: 'number', type: 'bigint', unique: true },
      { name: 'stage', type: 'string', indexed: true },
      { name: 'title', type: 'string' },
      { name: 'price', type: 'decimal', unique: true },
      { name: 'day', type: 'date', indexed: true },
      { name: 'at', type: 'timestamp', indexed: true },
      { name: 'open', type: 'boolean', indexed: true },
      KEY('owner_id'),
    ]),
    entity('owner'),
  ],
  relations: [oneToMany('deals', ['owner', 'deal', 'owner_id'])],
});
const DEAL = entityOf(MODEL, 'deal');

function prefixOf(name: string): string | null {
  const field = DEAL.fieldByName.get(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return fieldTags(DEAL, field)?.prefix ?? null;
}

describe('tags of values', () => {
  it('are of keys, unique and indexed fields whose equal values have one text', () => {
    expect(['id', 'owner_id', 'number', 'stage'].map(prefixOf)).toEqual([
      `${APP}.deal#`,
      `${APP}.deal@owner_id=`,
      `${APP}.deal@number=`,
      `${APP}.deal@stage=`,
    ]);
    expect(['title', 'price', 'day', 'at', 'open'].map(prefixOf)).toEqual([null, null, null, null, null]);
  });

  it('have the text that the stored value has', () => {
    const text = (type: FieldModel['type'], value: unknown) => tagText({ type }, value);
    const uuid = '0000000A-0000-4000-8000-00000000000b';
    expect(text('uuid', uuid)).toBe(uuid.toLowerCase());
    expect(text('uuid', `{${uuid}}`)).toBeNull();
    expect([text('int', 7), text('int', '-07'), text('int', -0), text('bigint', 2n ** 63n - 1n)]).toEqual([
      '7',
      '-7',
      '0',
      '9223372036854775807',
    ]);
    expect([text('int', '+7'), text('int', 1.5), text('bigint', '1e3'), text('int', null)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect([text('string', ''), text('string', 'É #@='), text('string', 1)]).toEqual(['', 'É #@=', null]);
    expect([text('decimal', '1.0'), text('timestamp', '2026-01-01'), text('boolean', true)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('are told of a change as they are asked for', () => {
    const values = { number: '7', stage: 'won', price: '1.0', day: '2026-01-01', open: true, owner_id: null };
    const after = { key: 'd-1', version: 1, values };
    expect(eventTags({ entity: DEAL, operation: 'create', before: null, after })).toEqual([
      `${APP}.deal#d-1`,
      `${APP}.deal`,
      `${prefixOf('number')}7`,
      `${prefixOf('stage')}won`,
    ]);
  });
});

it('rows of join tables have the tag of the table and of the key', () => {
  const link = { joinTable: 'deal_labels', column: 'deal_id', key: '1' };
  const { of, prefix } = joinTags(APP, link);
  expect(linkTags(APP, link)).toEqual([of, `${prefix}1`]);
  expect(linkTags(APP, link)).toEqual([`${APP}.deal_labels`, `${APP}.deal_labels@deal_id=1`]);
});
