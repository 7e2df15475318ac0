import type { ScalarType } from '../model/field-model.ts';
import type { Measure } from './aggregate.ts';

/** Type of a measure's value, in answers and in comparisons. */
export function measureType(measure: Measure): ScalarType {
  if (measure.kind === 'count') return 'int';
  const { type } = measure.field;
  switch (measure.function) {
    case 'countDistinct':
      return 'int';
    case 'sum':
      // A sum may outgrow the type of what is added up.
      if (type === 'int') return 'bigint';
      return type === 'bigint' ? 'decimal' : type;
    case 'avg':
      return type === 'decimal' ? 'decimal' : 'float';
    case 'min':
    case 'max':
      return type;
    default:
      return measure.function satisfies never;
  }
}
