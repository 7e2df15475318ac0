/** Who subscribes to what, and how: every reader to each table that they may read, and more that are narrower. */
import { PUBLIC_ROLE } from '@rocket/schema';
import { KINDS, POLICIES, REGIONS, STATUSES } from '../support/checked/checked-apps.ts';
import { mayRead, type Reader, type Row } from '../support/checked/checked-state.ts';
import type { Chance } from '../support/checked/seeded-random.ts';
import type { Transport } from './change-connection.ts';
import type { FoldedView } from './folded-changes.ts';
import type { FoldedTable, Operation } from './told-change.ts';

export interface SubscriberKind extends FoldedView {
  readonly name: string;
  readonly reader: Reader;
  readonly transport: Transport;
  readonly id: string | null;
  /** As the API has it; null for all. */
  readonly where: unknown;
  readonly coalesce: boolean;
  readonly hasSnapshot: boolean;
  /** Leaves and comes back all the time. */
  readonly isRestless: boolean;
}

export interface Casting {
  readonly readers: readonly Reader[];
  readonly chance: Chance;
  /** Ids that records are given. */
  readonly pools: Readonly<Record<'customer' | 'order', readonly string[]>>;
}

/** What sets a subscription apart from all records that the reader may see. */
interface Narrowing extends Partial<Pick<SubscriberKind, 'id' | 'where' | 'operations'>> {
  readonly table: FoldedTable;
  readonly holds?: (row: Row) => boolean;
}

const TABLES: readonly FoldedTable[] = ['customer', 'order', 'note', 'label', 'item'];
const OPERATIONS: readonly (readonly Operation[])[] = [
  ['ADDED', 'UPDATED', 'REMOVED'],
  ['ADDED', 'UPDATED'],
  ['REMOVED'],
  ['ADDED'],
];
const WITH_WHERE = 8;
const WITH_ID = 4;

export function castSubscribers({ readers, chance, pools }: Casting): readonly SubscriberKind[] {
  const readersOf = (table: FoldedTable) => readers.filter((reader) => readsSome(reader, table));
  const wide = TABLES.flatMap((table) => readersOf(table).map((reader) => ({ table, reader })));
  const narrow = [
    ...Array.from({ length: WITH_WHERE }, () => withWhere(chance)),
    ...Array.from({ length: WITH_ID }, (_, at) => withId(at % 2 === 0 ? 'customer' : 'order', pools, chance)),
    ...OPERATIONS.map((operations): Narrowing => ({ table: 'customer', operations })),
  ].flatMap((narrowing) => {
    const reader = chance.oneOf(readersOf(narrowing.table));
    return reader === null ? [] : [{ ...narrowing, reader }];
  });
  return [...wide, ...narrow].map((one, at) => kindOf(one, at % 2 === 0 ? 'websocket' : 'events', chance));
}

function kindOf(
  { table, reader, holds = () => true, ...narrowing }: Narrowing & { readonly reader: Reader },
  transport: Transport,
  chance: Chance,
): SubscriberKind {
  const manner = { coalesce: chance.isIn(0.3), hasSnapshot: chance.isIn(0.6), isRestless: chance.isIn(0.5) };
  const asked = { id: null, where: null, operations: null, ...narrowing };
  const told = Object.entries({ ...asked, ...manner }).filter(
    ([, value]) => value !== null && value !== false,
  );
  return {
    ...{ table, reader, transport, ...asked, ...manner },
    name: `${reader.name} of ${table}s by ${transport} ${JSON.stringify(Object.fromEntries(told))}`,
    sees: (row) => mayRead(reader, table, row) && holds(row),
  };
}

function withWhere(chance: Chance): Narrowing {
  const least = chance.below(100);
  const region = chance.oneOf(REGIONS);
  const status = chance.oneOf(STATUSES);
  const kind = chance.oneOf(KINDS);
  const kinds: readonly Narrowing[] = [
    {
      ...{ table: 'customer', where: { region: { eq: region } } },
      holds: (row) => row['region'] === region,
    },
    {
      ...{ table: 'customer', where: { score: { gte: least } } },
      holds: (row) => Number(row['score']) >= least,
    },
    {
      table: 'customer',
      where: { OR: [{ region: { eq: region } }, { owner: { isNull: true } }] },
      holds: (row) => row['region'] === region || row['owner'] === null,
    },
    {
      ...{ table: 'order', where: { NOT: { status: { eq: status } } } },
      holds: (row) => row['status'] !== status,
    },
    { ...{ table: 'note', where: { kind: { eq: kind } } }, holds: (row) => row['kind'] === kind },
  ];
  return chance.oneOf(kinds) ?? { table: 'customer' };
}

function withId(table: 'customer' | 'order', pools: Casting['pools'], chance: Chance): Narrowing {
  const id = chance.oneOf(pools[table]);
  return { table, id, holds: (row) => row.id === id };
}

function readsSome({ isAdmin, roles }: Reader, table: FoldedTable): boolean {
  return (
    isAdmin || POLICIES.some(({ role, entity }) => entity === table && [PUBLIC_ROLE, ...roles].includes(role))
  );
}
