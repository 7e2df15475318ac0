import { InvalidArgumentError } from 'commander';

/** Makes what reads the argument of an option, which refuses all but positive whole numbers. */
export function numberOf(what: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number > 0) return number;
    throw new InvalidArgumentError(`It is not a number of ${what}.`);
  };
}
