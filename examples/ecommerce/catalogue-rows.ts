/** Sample categories and products. */
import type { SampleRow } from '@rocket/schema';
import { DAY_MS, daysAgo, timestamp } from '../generator/calendar.ts';
import { recordId } from '../generator/ids.ts';
import { randomStream } from '../generator/random.ts';
import { asciiSlug, decimalOfCents } from '../generator/text.ts';
import { COLOURS, DEPARTMENTS, SHELVES } from './assortment.ts';

export interface ProductSeed {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
  readonly row: SampleRow;
}

const CENTS_PER_EURO = 100;
const OFF_CENTS = 5;
/** The shop sold its first product this long ago; no order is older. */
export const OPENED_DAYS_AGO = 720;

export function categoryRows(): SampleRow[] {
  const departments = DEPARTMENTS.map((name, index) => ({
    id: recordId('category', index + 1),
    name,
    slug: asciiSlug(name),
    parent_id: null,
    position: index + 1,
  }));
  const shelves = SHELVES.map(({ name, parent }, index) => ({
    id: recordId('category', DEPARTMENTS.length + index + 1),
    name,
    slug: asciiSlug(name),
    parent_id: recordId('category', DEPARTMENTS.indexOf(parent) + 1),
    position: SHELVES.slice(0, index + 1).filter((shelf) => shelf.parent === parent).length,
  }));
  return [...departments, ...shelves];
}

export function productSeeds(): readonly ProductSeed[] {
  const random = randomStream('ecommerce.product');
  const entries = SHELVES.flatMap((shelf, shelfIndex) =>
    shelf.products.map(([name, euro], place) => ({ shelf, shelfIndex, name, euro, place })),
  );
  return entries.map(({ shelf, shelfIndex, name, euro, place }, index) => {
    const priceCents = euro * CENTS_PER_EURO - OFF_CENTS;
    const createdMs = daysAgo(OPENED_DAYS_AGO, 540);
    const warrantyMonths = random.pick([12, 24, 36]);
    const row = {
      id: recordId('product', index + 1),
      sku: `${shelf.code}-${1000 + (place + 1) * 10}`,
      name,
      description: `${name} from our ${shelf.name.toLowerCase()} range, with ${warrantyMonths} months of warranty.`,
      price: decimalOfCents(priceCents),
      stock: random.chance(0.08) ? 0 : random.int(3, 180),
      category_id: recordId('category', DEPARTMENTS.length + shelfIndex + 1),
      active: !random.chance(0.07),
      attributes: {
        color: random.pick(COLOURS),
        origin: random.pick(['DE', 'SE', 'JP', 'US']),
        warranty_months: warrantyMonths,
      },
      created_at: timestamp(createdMs),
      updated_at: timestamp(createdMs + DAY_MS * random.int(0, OPENED_DAYS_AGO - 1)),
    };
    return { id: row.id, name, priceCents, row };
  });
}
