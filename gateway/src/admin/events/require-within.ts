import { RocketError } from '@rocket/schema';

/** @throws RocketError `BAD_USER_INPUT` for an argument outside of its bounds, which are allowed themselves */
export function requireWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (value >= least && value <= most) return;
  throw new RocketError('BAD_USER_INPUT', `\`${name}\` must be between ${least} and ${most}`);
}
