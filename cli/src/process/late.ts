import { RocketError } from '@rocket/schema';

/** A part that one component makes when it starts and later components use. */
export interface Late<T> {
  set(value: T): void;
  /** @throws RocketError `INTERNAL_ERROR` before it was made, which means that the order of the components is wrong */
  get(): T;
}

export function late<T extends NonNullable<unknown>>(what: string): Late<T> {
  let made: T | undefined;
  return {
    set(value) {
      made = value;
    },
    get() {
      if (made === undefined) throw new RocketError('INTERNAL_ERROR', `${what} was used before it was there`);
      return made;
    },
  };
}
