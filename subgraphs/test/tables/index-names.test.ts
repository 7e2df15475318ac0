/** Databases hold these names: a change of them would build every such index anew. */
import { describe, expect, it } from 'vitest';
import { createIndexNamer, hashedName } from '../../src/indexes/index-names.ts';

describe('names of indexes', () => {
  it('are plain where they can be', () => {
    expect(createIndexNamer([])('ix', 'a_b', 'c')).toBe('ix_a_b_c');
    expect(createIndexNamer([])('pk', 'a', '')).toBe('pk_a');
  });

  it('end in a hash of what they stand for where another has the plain one', () => {
    const name = createIndexNamer([]);
    expect(name('ix', 'a_b', 'c')).toBe('ix_a_b_c');
    expect(name('ix', 'a', 'b_c')).toBe('ix_a_b_c_47130404');
  });

  it('are cut at what Postgres holds, with a hash of the whole', () => {
    const name = createIndexNamer([])('ix', 'a'.repeat(40), 'b'.repeat(40));
    expect(name).toBe(`ix_${'a'.repeat(40)}_${'b'.repeat(10)}_f6c868af`);
    expect(name).toHaveLength(63);
    expect(hashedName('x'.repeat(80), 'ix.a.b_c')).toBe(`${'x'.repeat(54)}_47130404`);
  });
});
