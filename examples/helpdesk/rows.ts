/** Sample rows of the help desk. */
import type { SampleRow } from '@rocket/schema';
import type { CustomerSeed } from '../crm/rows.ts';
import type { ProductSeed } from '../ecommerce/catalogue-rows.ts';
import { DAY_MS, daysAgo, PRESENT_MS, timestamp } from '../generator/calendar.ts';
import { recordId } from '../generator/ids.ts';
import { people } from '../generator/people.ts';
import { at, type RandomStream, randomStream } from '../generator/random.ts';
import { PRIORITIES, TEAMS, type TICKET_STATUSES } from './entities.ts';
import { AGENT_LINES, CUSTOMER_LINES, INTERNAL_LINES, PROBLEMS, type Problem } from './words.ts';

const AGENT_COUNT = 8;
const TICKET_COUNT = 150;
/** The first customer of the CRM asks often, for documentation and tests to point at. */
const TICKETS_OF_FIRST_CUSTOMER = 5;
const HOUR_MS = DAY_MS / 24;
const ANSWER_WITHIN_MS = { low: 5 * DAY_MS, normal: 2 * DAY_MS, high: DAY_MS, urgent: 4 * HOUR_MS } as const;

type TicketStatus = (typeof TICKET_STATUSES)[number];

interface Case {
  readonly customer: CustomerSeed;
  readonly problem: Problem;
  readonly product: string;
  readonly openedMs: number;
  readonly status: TicketStatus;
  /** Serial number of the agent; null while nobody has taken it. */
  readonly agent: number | null;
}

function agentRows(): SampleRow[] {
  return people('agent', AGENT_COUNT).map((person, index) => ({
    id: recordId('agent', index + 1),
    name: person.name,
    email: `${person.mailbox}@help.rocket-trade.example`,
    team: at(TEAMS, index),
    active: index !== AGENT_COUNT - 1,
    created_at: timestamp(daysAgo(900 - index, 540)),
    updated_at: timestamp(daysAgo(900 - index, 540)),
  }));
}

function statusAt(random: RandomStream, openedMs: number): TicketStatus {
  const ageDays = (PRESENT_MS - openedMs) / DAY_MS;
  if (ageDays < 3) return random.pick(['open', 'in_progress']);
  if (ageDays < 15) return random.pick(['in_progress', 'waiting', 'resolved']);
  return random.chance(0.1) ? 'resolved' : 'closed';
}

function cases(customers: readonly CustomerSeed[], products: readonly ProductSeed[]): Case[] {
  const random = randomStream('helpdesk.ticket');
  const made = Array.from({ length: TICKET_COUNT }, (_, index) => {
    const customer = index < TICKETS_OF_FIRST_CUSTOMER ? at(customers, 0) : random.pick(customers);
    const oldestDays = Math.floor((PRESENT_MS - customer.sinceMs) / DAY_MS) - 2;
    const openedMs = daysAgo(random.int(1, random.chance(0.3) ? 14 : oldestDays), random.int(420, 1200));
    const status = statusAt(random, openedMs);
    return {
      customer,
      problem: random.pick(PROBLEMS),
      product: random.pick(products).name,
      openedMs,
      status,
      agent: status === 'open' ? null : random.int(1, AGENT_COUNT),
    };
  });
  return made.sort((a, b) => a.openedMs - b.openedMs);
}

function ticketRow(made: Case, index: number, random: RandomStream): SampleRow {
  const priority = random.pick<(typeof PRIORITIES)[number]>(['normal', 'normal', ...PRIORITIES]);
  const solved = made.status === 'resolved' || made.status === 'closed';
  const solvedMs = Math.min(made.openedMs + HOUR_MS * random.int(2, 70), PRESENT_MS);
  return {
    id: recordId('ticket', index + 1),
    title: made.problem.title.replace('{product}', made.product),
    description: made.problem.description.replace('{product}', made.product),
    status: made.status,
    priority,
    category: made.problem.category,
    customer_id: made.customer.id,
    agent_id: made.agent === null ? null : recordId('agent', made.agent),
    due_at: timestamp(made.openedMs + ANSWER_WITHIN_MS[priority]),
    resolved_at: solved ? timestamp(solvedMs) : null,
    created_at: timestamp(made.openedMs),
    updated_at: timestamp(solved ? solvedMs : made.openedMs),
  };
}

function message(made: Case, place: number, random: RandomStream): SampleRow {
  const byCustomer = place % 2 === 1;
  const internal = !byCustomer && place > 0 && random.chance(0.3);
  const agents = people('agent', AGENT_COUNT);
  return {
    author_type: byCustomer ? 'customer' : 'agent',
    author_name: byCustomer ? made.customer.name : at(agents, (made.agent ?? 1) - 1).name,
    body: byCustomer
      ? random.pick(CUSTOMER_LINES)
      : random.pick(internal ? INTERNAL_LINES : AGENT_LINES[made.problem.category]),
    internal,
    created_at: timestamp(made.openedMs + HOUR_MS * (1 + place)),
    updated_at: timestamp(made.openedMs + HOUR_MS * (1 + place)),
  };
}

function responseRows(made: readonly Case[]): SampleRow[] {
  const random = randomStream('helpdesk.response');
  const messages = made.flatMap((one, index) => {
    const count = one.agent === null ? 0 : random.pick([1, 2, 2, 3, 4]);
    return Array.from({ length: count }, (_, place) => ({
      ticket_id: recordId('ticket', index + 1),
      ...message(one, place, random),
    }));
  });
  return messages.map((row, serial) => ({ id: recordId('response', serial + 1), ...row }));
}

/** Rows by entity; tickets from the oldest to the newest. */
export function helpdeskRows(
  customers: readonly CustomerSeed[],
  products: readonly ProductSeed[],
): Record<string, readonly SampleRow[]> {
  const random = randomStream('helpdesk.ticket_details');
  const made = cases(customers, products);
  return {
    agent: agentRows(),
    ticket: made.map((one, index) => ticketRow(one, index, random)),
    response: responseRows(made),
  };
}
