import { buildASTSchema, isEnumType, isInputObjectType, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeGraph } from '../../src/index.ts';
import { crm, graph, help, membersOf, schemaOf, shop } from '../support/reading-fixture.ts';

describe('composition', () => {
  it.each(['crm', 'shop', null])('keeps every input whole, in the graph of %s', (name) => {
    const members = [crm, shop, help];
    const within = graph(name, ...members);
    const composed = composeGraph(within);
    if (!composed.ok) throw new Error(composed.errors.join('\n'));
    const supergraph = buildASTSchema(parse(composed.supergraphSdl), { assumeValid: true });
    const inputs = members.flatMap((each) => {
      const schema = schemaOf(each, within);
      return Object.values(schema.getTypeMap())
        .filter((type) => isInputObjectType(type) || (isEnumType(type) && !type.name.startsWith('__')))
        .map((type) => ({ type: type.name, members: membersOf(schema, type.name) }));
    });
    expect(inputs.length).toBeGreaterThan(100);
    for (const { type, members: own } of inputs) {
      expect({ type, members: membersOf(supergraph, type).sort() }).toEqual({ type, members: own.sort() });
    }
  });
});
