import { describe, expect, it } from 'vitest';
import { changeEvent } from '../../src/events/change-event.ts';
import { encodeEvent } from '../../src/events/encode-event.ts';
import type { StoredRecord } from '../../src/events/record-change.ts';
import { parseJson } from '../../src/values/exact-json.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';

const MODEL = model({
  entities: [
    entity('deal', [
      { name: 'title', type: 'string' },
      { name: 'stage', type: 'string', indexed: true },
      { name: 'number', type: 'bigint', unique: true },
      { name: 'extra', type: 'json', indexed: true },
    ]),
  ],
});
const DEAL = entityOf(MODEL, 'deal');
const CALLER = { userId: 'u-1', email: null, roles: [] };

function record(version: number, values: Readonly<Record<string, unknown>>): StoredRecord {
  return { key: 'd-1', version, values: { id: 'd-1', ...values } };
}

const FIRST = record(1, { title: 'a', stage: 'open', number: null, extra: { a: 1 } });
const SECOND = record(2, { title: 'b', stage: 'won', number: '7', extra: { a: 1 } });
const OWN_TAGS = [`${MODEL.app}.deal#d-1`, `${MODEL.app}.deal`];

describe('an event', () => {
  it('of a create has all that has a value', () => {
    const change = { entity: DEAL, operation: 'create', before: null, after: FIRST } as const;
    expect(changeEvent(MODEL.app, CALLER, change)).toEqual({
      app: MODEL.app,
      entity: 'deal',
      op: 'create',
      key: 'd-1',
      version: 1,
      actor: 'u-1',
      changed: ['id', 'title', 'stage', 'extra'],
      record: FIRST.values,
      previous: null,
      tags: [...OWN_TAGS, `${MODEL.app}.deal@stage=open`],
    });
  });

  it('of an update has the old and new value of what lists are read by', () => {
    const change = { entity: DEAL, operation: 'update', before: FIRST, after: SECOND } as const;
    expect(changeEvent(MODEL.app, { userId: null, email: null, roles: [] }, change)).toMatchObject({
      version: 2,
      actor: null,
      changed: ['title', 'stage', 'number'],
      record: SECOND.values,
      previous: FIRST.values,
      tags: [
        ...OWN_TAGS,
        `${MODEL.app}.deal@stage=open`,
        `${MODEL.app}.deal@stage=won`,
        `${MODEL.app}.deal@number=7`,
      ],
    });
  });

  it('of a delete is of the record that went', () => {
    const change = { entity: DEAL, operation: 'delete', before: SECOND, after: null } as const;
    expect(changeEvent(MODEL.app, CALLER, change)).toMatchObject({
      key: 'd-1',
      version: 2,
      changed: ['id', 'title', 'stage', 'number', 'extra'],
      record: null,
      previous: SECOND.values,
    });
  });

  it('is encoded with its subject, digit for digit', () => {
    const after = record(1, { extra: parseJson('12345678901234567890') });
    const event = changeEvent(MODEL.app, CALLER, { entity: DEAL, operation: 'create', before: null, after });
    const { subject, payload } = encodeEvent(event);
    expect(subject).toBe(`rocket.ev.${MODEL.app}.deal.create`);
    expect(payload).toContain('"extra":12345678901234567890');
  });
});
