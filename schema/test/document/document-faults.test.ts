import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/document/parse-document.ts';
import { APP, entity, ID, type JsonObject, KEY } from '../support/document-fixture.ts';
import { faultPaths, relation, TICKET } from './document-fault-fixture.ts';

describe('a hostile or misspelt document', () => {
  it('refuses "__proto__" as an own key, as a JSON parser makes it', () => {
    const result = parseDocument(JSON.parse('{"version":1,"entities":[{"__proto__":{"name":"x"}}]}'), APP);
    expect(result).toMatchObject({ ok: false, faults: [{ path: '$.entities[0].__proto__' }] });
  });

  it('bounds depth, entities, fields and the number of faults', () => {
    let deep: JsonObject = {};
    for (let level = 0; level < 70; level++) deep = { deep };
    expect(faultPaths({ ui_configs: [deep] })).toHaveLength(1);
    expect(faultPaths({ entities: Array.from({ length: 1_001 }, () => ({})) })).toEqual(['$.entities']);
    const wide = Array.from({ length: 1_001 }, (_, index) => KEY(`f${index}`));
    expect(faultPaths({ entities: [entity('a', wide)] })).toEqual(['$.entities[0].fields']);
    expect(faultPaths({ exports: Array.from({ length: 500 }, () => 'nobody') })).toHaveLength(100);
  });

  it('suggests what may have been meant', () => {
    const result = parseDocument(
      { version: 1, ...relation({ source: 'custmer', target_key: 'costumer_id' }) },
      APP,
    );
    expect(result.ok ? [] : result.faults.map((fault) => fault.hint)).toEqual([
      'Did you mean "customer"?',
      'Did you mean "customer_id"?',
    ]);
    expect(
      parseDocument(
        { version: 1, entities: [{ ...TICKET, fields: [ID, { name: 'x', type: 'sting' }] }] },
        APP,
      ),
    ).toMatchObject({
      faults: [{ hint: expect.stringContaining('Did you mean "string"? Allowed: string, text, int') }],
    });
  });
});
