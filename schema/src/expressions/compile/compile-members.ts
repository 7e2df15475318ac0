import { ANY_SHAPE, type ExpressionShape, type ObjectShape } from '../expression-shape.ts';
import {
  anyValue,
  type ExpressionValue,
  isNumber,
  readerOf,
  type ValueReader,
} from '../values/expression-value.ts';
import { Moment } from '../values/moment.ts';
import { ownMember } from '../values/value-order.ts';
import type { Compiled, Run } from './compile-operators.ts';
import { lengthOf } from './functions.ts';

/** `object.name`. A name of null is null, and so is one that the object itself does not have. */
export function compileMember(object: Compiled, name: string, shape: ExpressionShape): Compiled {
  const [run, read] = [object.run, readerOf(shape)];
  if (name === 'length') return { shape, run: lengthRun(run, read) };
  return { shape, run: (e) => read(memberOf(run(e), name)) };
}

function lengthRun(run: Run, read: ValueReader): Run {
  return (e) => {
    const value = run(e);
    if (typeof value === 'string' || Array.isArray(value)) return lengthOf(value, e);
    return read(memberOf(value, 'length'));
  };
}

/** `object[index]`: an item of a list by its number, or a name that only the evaluation knows. */
export function compileIndex(object: Compiled, index: Compiled): Compiled {
  const { shape: of } = object;
  if (typeof of !== 'string' && of.kind === 'object') return indexOfRecord(object.run, index.run, of);
  const shape = typeof of === 'string' ? ANY_SHAPE : of.of;
  const read = readerOf(shape);
  return {
    shape,
    run: (e) => {
      const [value, key] = [object.run(e), index.run(e)];
      if (!Array.isArray(value)) return anyValue(memberOf(value, nameOf(key)));
      return typeof key === 'number' ? read(value[key]) : null;
    },
  };
}

function indexOfRecord(object: Run, index: Run, { members }: ObjectShape): Compiled {
  const readers = new Map([...members].map(([name, shape]) => [name, readerOf(shape)]));
  return {
    shape: ANY_SHAPE,
    run: (e) => {
      const [value, key] = [object(e), nameOf(index(e))];
      const read = key === null ? undefined : readers.get(key);
      return read === undefined ? null : read(memberOf(value, key));
    },
  };
}

function nameOf(key: ExpressionValue): string | null {
  return typeof key === 'string' ? key : typeof key === 'number' ? String(key) : null;
}

function memberOf(value: ExpressionValue, name: string | null): unknown {
  if (name === null || typeof value !== 'object' || value === null) return null;
  // Dates and exact numbers are objects only here.
  if (Array.isArray(value) || value instanceof Moment || isNumber(value)) return null;
  return ownMember(value, name);
}

/** What has members of its own; of all else only texts and lists have one: `length`. */
export function hasMembers(shape: ExpressionShape): boolean {
  return shape === 'json' || shape === 'file' || (typeof shape !== 'string' && shape.kind === 'object');
}

export function hasLength(shape: ExpressionShape): boolean {
  return shape === 'string' || shape === 'uuid' || (typeof shape !== 'string' && shape.kind === 'list');
}
