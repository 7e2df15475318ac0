/** People and companies of the sample world, all distinct, and with addresses under the reserved `.example` domain. */
import { at, randomStream } from './random.ts';
import { asciiSlug } from './text.ts';

const FIRST_NAMES = [
  'Ada',
  'Amir',
  'Anna',
  'Bruno',
  'Chloé',
  'Daniel',
  'Elena',
  'Emeka',
  'Farah',
  'Grace',
  'Hugo',
  'Ingrid',
  'Jonas',
  'Keiko',
  'Lars',
  'Leila',
  'Maja',
  'Mateo',
  'Nina',
  'Oscar',
  'Priya',
  'Ravi',
  'Sofía',
  'Tomás',
  'Uma',
  'Viktor',
  'Wei',
  'Yara',
  'Zoe',
] as const;

const LAST_NAMES = [
  'Abara',
  'Almeida',
  'Andersen',
  'Bauer',
  'Castillo',
  'Chen',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Garcia',
  'Haddad',
  'Ito',
  'Jansen',
  'Kaur',
  'Kowalski',
  'Lindqvist',
  'Martin',
  'Møller',
  'Nakamura',
  'Novak',
  'Okafor',
  'Peters',
  'Rossi',
  'Schmidt',
  'Silva',
  'Tanaka',
  'Virtanen',
  'Weber',
] as const;

const COMPANY_NAMES = [
  'Northwind',
  'Bluepeak',
  'Cedarline',
  'Fjordview',
  'Granite',
  'Harbour',
  'Ironbridge',
  'Juniper',
  'Kestrel',
  'Lakeside',
  'Meridian',
  'Nordlys',
  'Oakfield',
  'Pinecrest',
  'Quayside',
  'Redwood',
] as const;

const COMPANY_TRADES = [
  'Instruments',
  'Logistics',
  'Studios',
  'Foods',
  'Robotics',
  'Clinics',
  'Textiles',
] as const;

export interface Person {
  readonly name: string;
  /** The part of an e-mail address before the `@`; unique in the sample world. */
  readonly mailbox: string;
}

export interface Company {
  readonly name: string;
  readonly domain: string;
}

function allPeople(): readonly Person[] {
  const pairs = FIRST_NAMES.flatMap((first) => LAST_NAMES.map((last) => ({ first, last })));
  return randomStream('people')
    .shuffle(pairs)
    .map(({ first, last }) => ({
      name: `${first} ${last}`,
      mailbox: `${asciiSlug(first)}.${asciiSlug(last)}`,
    }));
}

function allCompanies(): readonly Company[] {
  const names = COMPANY_NAMES.flatMap((name) => COMPANY_TRADES.map((trade) => `${name} ${trade}`));
  return randomStream('companies')
    .shuffle(names)
    .map((name) => ({ name, domain: `${asciiSlug(name)}.example` }));
}

/** Where each group takes its people from one shuffled list, so that nobody has two roles. */
const FIRST_INDEX_OF_GROUP = { owner: 0, agent: 20, customer: 40, contact: 200 } as const;

/** `count` people of a group, the same ones at every call. */
export function people(group: keyof typeof FIRST_INDEX_OF_GROUP, count: number): readonly Person[] {
  const first = FIRST_INDEX_OF_GROUP[group];
  return allPeople().slice(first, first + count);
}

/** `count` companies; they repeat when more are asked for than there are. */
export function companies(count: number): readonly Company[] {
  const all = allCompanies();
  return Array.from({ length: count }, (_, index) => at(all, index));
}
