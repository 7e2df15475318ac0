/** Text that is derived from other text. */

/** ASCII form for addresses: `Møller & Söhne` -> `moller-sohne`. */
export function asciiSlug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** An amount of cents as a decimal with two digits; text, since a JSON number may be rounded on its way. */
export function decimalOfCents(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
