/** Sample rows of the CRM. */
import type { SampleRow } from '@rocket/schema';
import { calendarDate, DAY_MS, daysAgo, PRESENT_MS, timestamp } from '../generator/calendar.ts';
import { recordId } from '../generator/ids.ts';
import { companies, people } from '../generator/people.ts';
import { at, randomStream } from '../generator/random.ts';
import { decimalOfCents } from '../generator/text.ts';
import { ACTIVITY_KINDS, CUSTOMER_STATUSES, DEAL_STAGES, REGIONS, SEGMENTS } from './entities.ts';
import { ACTIVITY_SUBJECTS, CONTACT_ROLES, DEAL_TITLES, PHONE_PREFIXES, TAGS } from './words.ts';

export const CUSTOMER_COUNT = 120;
const OWNER_COUNT = 10;
const MANAGER_COUNT = 2;
const DEAL_COUNT = 90;
const ACTIVITY_COUNT = 180;

/** A customer whose history in this app and in others begins at `sinceMs`. */
export interface CustomerSeed {
  readonly id: string;
  readonly name: string;
  readonly sinceMs: number;
  readonly row: SampleRow;
}

function times(ms: number): { created_at: string; updated_at: string } {
  return { created_at: timestamp(ms), updated_at: timestamp(ms) };
}

function ownerRows(): SampleRow[] {
  const random = randomStream('crm.owner');
  return people('owner', OWNER_COUNT).map((person, index) => {
    const managers = index < MANAGER_COUNT;
    return {
      id: recordId('owner', index + 1),
      name: person.name,
      email: `${person.mailbox}@rocket-trade.example`,
      region: at(REGIONS, index),
      manager_id: managers ? null : recordId('owner', 1 + (index % MANAGER_COUNT)),
      active: index !== OWNER_COUNT - 1,
      ...times(daysAgo(random.int(800, 1200), random.int(480, 1020))),
    };
  });
}

/** All customers, oldest first; the first one is a well-kept customer that documentation can point at. */
export function customerSeeds(): readonly CustomerSeed[] {
  const random = randomStream('crm.customer');
  const firms = companies(CUSTOMER_COUNT);
  return people('customer', CUSTOMER_COUNT).map((person, index) => {
    const firm = at(firms, index);
    const sinceMs = daysAgo(700 - index * 5, random.int(480, 1020));
    const row = {
      id: recordId('customer', index + 1),
      name: person.name,
      email: `${person.mailbox}@${firm.domain}`,
      phone: `${random.pick(PHONE_PREFIXES)} ${random.int(1000, 9999)}`,
      company: firm.name,
      segment: random.pick(SEGMENTS),
      status: index === 0 || random.chance(0.7) ? 'active' : random.pick(CUSTOMER_STATUSES),
      credit_limit: decimalOfCents(random.int(2, 60) * 50_000),
      owner_id: random.chance(0.05) ? null : recordId('owner', random.int(1, OWNER_COUNT)),
      preferences: {
        language: random.pick(['en', 'de', 'sv', 'es']),
        channels: random.pick([['email'], ['email', 'phone']]),
      },
      ...times(sinceMs),
    };
    return { id: row.id, name: row.name, sinceMs, row };
  });
}

function contactRows(customers: readonly CustomerSeed[]): SampleRow[] {
  const random = randomStream('crm.contact');
  const counts = customers.map((_, index) => (index === 0 ? 3 : random.pick([0, 1, 1, 2, 3])));
  const pool = people(
    'contact',
    counts.reduce((sum, count) => sum + count, 0),
  );
  const firms = companies(customers.length);
  const owners = counts.flatMap((count, index) =>
    Array.from({ length: count }, (_, place) => ({ index, place })),
  );
  return owners.map(({ index, place }, serial) => ({
    id: recordId('contact', serial + 1),
    customer_id: at(customers, index).id,
    name: at(pool, serial).name,
    email: `${at(pool, serial).mailbox}@${at(firms, index).domain}`,
    role: random.pick(CONTACT_ROLES),
    is_primary: place === 0,
    ...times(at(customers, index).sinceMs + DAY_MS * (1 + place)),
  }));
}

function dealRows(customers: readonly CustomerSeed[]): SampleRow[] {
  const random = randomStream('crm.deal');
  return Array.from({ length: DEAL_COUNT }, (_, index) => {
    const customer = index < 3 ? at(customers, 0) : random.pick(customers);
    const stage = random.pick(DEAL_STAGES);
    const closed = stage === 'won' || stage === 'lost';
    const ageDays = Math.floor((PRESENT_MS - customer.sinceMs) / DAY_MS);
    const createdMs = daysAgo(
      random.int(closed ? 20 : 1, Math.max(21, Math.min(ageDays, 200))),
      random.int(480, 1020),
    );
    const closeMs = createdMs + DAY_MS * random.int(5, 19);
    return {
      id: recordId('deal', index + 1),
      customer_id: customer.id,
      owner_id: customer.row['owner_id'] ?? null,
      title: random.pick(DEAL_TITLES),
      stage,
      amount: decimalOfCents(random.int(8, 900) * 10_000),
      expected_close: calendarDate(closed ? closeMs : PRESENT_MS + DAY_MS * random.int(5, 90)),
      closed_at: closed ? timestamp(closeMs) : null,
      created_at: timestamp(createdMs),
      updated_at: timestamp(closed ? closeMs : createdMs),
    };
  });
}

function activityRows(customers: readonly CustomerSeed[]): SampleRow[] {
  const random = randomStream('crm.activity');
  return Array.from({ length: ACTIVITY_COUNT }, (_, index) => {
    const kind = random.pick(ACTIVITY_KINDS);
    const dueMs = daysAgo(random.int(-20, 90), random.int(480, 1020));
    const past = dueMs < PRESENT_MS;
    const createdMs = Math.min(dueMs, PRESENT_MS) - DAY_MS * random.int(1, 9);
    return {
      id: recordId('activity', index + 1),
      customer_id: index < 4 ? at(customers, 0).id : random.pick(customers).id,
      kind,
      subject: random.pick<string>(ACTIVITY_SUBJECTS[kind]),
      due_at: kind === 'note' ? null : timestamp(dueMs),
      done: kind === 'note' || (past && random.chance(0.9)),
      ...times(createdMs),
    };
  });
}

function customerTagRows(customers: readonly CustomerSeed[]): SampleRow[] {
  const random = randomStream('crm.customer_tags');
  const serials = TAGS.map((_, index) => index + 1);
  return customers.flatMap(({ id }, index) =>
    random
      .shuffle(serials)
      .slice(0, index === 0 ? 3 : random.pick([0, 1, 1, 2, 3]))
      .sort((a, b) => a - b)
      .map((serial) => ({ customer_id: id, tag_id: recordId('tag', serial) })),
  );
}

/** Rows by entity and join table. */
export function crmRows(): Record<string, readonly SampleRow[]> {
  const customers = customerSeeds();
  return {
    owner: ownerRows(),
    customer: customers.map(({ row }) => row),
    contact: contactRows(customers),
    deal: dealRows(customers),
    activity: activityRows(customers),
    tag: TAGS.map((tag, index) => ({ id: recordId('tag', index + 1), ...tag })),
    customer_tags: customerTagRows(customers),
  };
}
