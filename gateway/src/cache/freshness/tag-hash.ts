const TWO_TO_32 = 2 ** 32;
/** Of the 53 bits that a number holds exactly, those beyond 32. */
const HIGH_BITS = 0x1fffff;

/**
 * A tag as a whole number of 53 bits. Millions of tags are kept for some minutes, and a number takes a quarter of the
 * memory of a text. It need not be hard to find two tags with the same number: they only void an answer without need.
 * Gateways that share answers have to make the same numbers.
 */
export function hashTag(tag: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let at = 0; at < tag.length; at += 1) {
    const code = tag.charCodeAt(at);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  return TWO_TO_32 * (mixed(high, low) & HIGH_BITS) + (mixed(low, high) >>> 0);
}

/** Spreads what one half has collected over all its bits, together with the other half. */
function mixed(own: number, other: number): number {
  return Math.imul(own ^ (own >>> 16), 0x85ebca6b) ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35);
}
