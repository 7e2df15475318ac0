import { expect, it } from 'vitest';
import { FormLimits } from '../../src/subscriptions/resolution/form-limits.ts';

it('bounds the forms of one caller, however many subscriptions have one, and of no other', () => {
  const forms = new FormLimits(2);
  const leave = ['one', 'one', 'two'].map((form) => forms.take('a', form));
  expect(() => forms.take('a', 'three')).toThrow(/2 forms/);
  forms.take('b', 'three');
  forms.take('a', 'two');
  leave[0]?.();
  expect(() => forms.take('a', 'three')).toThrow(/2 forms/);
  leave[1]?.();
  forms.take('a', 'three');
  expect(() => forms.take('a', 'one')).toThrow(/2 forms/);
});
