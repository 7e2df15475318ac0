/** The levels of an operation that lead to lists, so that the records of the lists can be counted. */
import { quoteIdentifier } from '@rocket/platform';
import type { LinkModel } from '@rocket/schema';
import type {
  ConnectionPlan,
  EntitiesPlan,
  PagePlan,
  ReadPlan,
  RecordPlan,
  RowSource,
} from '../read/read-plan.ts';
import { type LinkOrigin, linkSource, tableOrigin } from '../sql/link-sql.ts';
import { type Parameters, sqlType } from '../sql/parameters.ts';
import { aliasAt } from './record-row.ts';
import { conditionsSql, pageSql, tableSource } from './rows-sql.ts';

/** Select list of a level's rows: what the links to the levels below it start from. */
type Columns = (origin: LinkOrigin) => string;

/** SQL of a level's rows. `origin` is the row above it; null at the root. */
type RowsSql = (at: { origin: LinkOrigin | null; parameters: Parameters; columns: Columns }) => string;

export interface Level {
  readonly rows: RowsSql;
  readonly parent: Level | null;
  /** The link that leads to it from its parent; null at the root. */
  readonly link: LinkModel | null;
  /** Whether its rows are records of a list, which are counted. */
  readonly isList: boolean;
  /** Most rows for each row of its parent. */
  readonly limit: number;
  /** Most rows in all, as the limits of the levels above allow. */
  readonly most: number;
  readonly below: Level[];
}

/** All levels have the same alias, because each is a FROM clause of its own. */
const ALIAS = aliasAt(0);

export function rootLevels(plan: ReadPlan): Level[] {
  const roots: Level[] = [];
  const root: Parent = { level: null, most: 1, children: roots };
  switch (plan.kind) {
    case 'record':
      addRecord(root, { rows: sourceRows(plan.source, null), link: null, record: plan.record });
      break;
    case 'list':
      addList(root, { page: plan.list.page, link: null, records: [plan.list.record] });
      break;
    case 'connection':
      addConnection(root, plan.connection, null);
      break;
    case 'entities': {
      const { keys, record } = plan.entities;
      addRecord(root, { rows: keyRows(plan.entities), link: null, record, most: keys.length });
      break;
    }
    case 'aggregate':
    case 'groupBy':
      break;
    default:
      return plan satisfies never;
  }
  return roots;
}

/** The level below which a level is added. */
interface Parent {
  readonly level: Level | null;
  readonly most: number;
  readonly children: Level[];
}

type NewLevel = Pick<Level, 'rows' | 'link' | 'isList' | 'limit'>;

function levelBelow(parent: Parent, level: NewLevel): Parent & { readonly level: Level } {
  const children: Level[] = [];
  const most = parent.most * level.limit;
  return { level: { ...level, parent: parent.level, most, below: children }, most, children };
}

/** A level with one record for each row above it is only needed for the lists below it. */
function addRecord(
  parent: Parent,
  of: { rows: RowsSql; link: LinkModel | null; record: RecordPlan; most?: number },
): void {
  const { rows, link, record, most = 1 } = of;
  const own = levelBelow(parent, { rows, link, isList: false, limit: most });
  addFields(own, record);
  if (own.children.length > 0) parent.children.push(own.level);
}

function addFields(parent: Parent, record: RecordPlan): void {
  for (const field of record.fields) {
    switch (field.kind) {
      case 'record':
        addRecord(parent, { ...field, rows: sourceRows(field.source, field.link) });
        break;
      case 'reference':
        addRecord(parent, { ...field, rows: referenceRows(field.link) });
        break;
      case 'list':
        addList(parent, { page: field.list.page, link: field.link, records: [field.list.record] });
        break;
      case 'connection':
        addConnection(parent, field.connection, field.link);
        break;
      default:
    }
  }
}

function addConnection(parent: Parent, plan: ConnectionPlan, link: LinkModel | null): void {
  const records = plan.fields.flatMap((field) => {
    if (field.kind === 'nodes') return [field.record];
    if (field.kind !== 'edges') return [];
    return field.fields.flatMap((edge) => (edge.kind === 'node' ? [edge.record] : []));
  });
  // Fields that only count or name types read no page.
  const readsPage = plan.fields.some(
    ({ kind }) => kind === 'nodes' || kind === 'edges' || kind === 'pageInfo',
  );
  if (readsPage) addList(parent, { page: plan.page, link, records });
}

function addList(
  parent: Parent,
  list: { page: PagePlan; link: LinkModel | null; records: readonly RecordPlan[] },
): void {
  const { page, link, records } = list;
  const own = levelBelow(parent, { rows: pageRows(page, link), link, isList: true, limit: page.limit });
  parent.children.push(own.level);
  for (const record of records) addFields(own, record);
}

function pageRows(page: PagePlan, link: LinkModel | null): RowsSql {
  return ({ origin, parameters, columns }) => {
    const rows = rowsOf(page.source, link, origin);
    const own = columns(tableOrigin(page.source.entity, ALIAS));
    return pageSql(page, { alias: ALIAS, rows, parameters }, () => own);
  };
}

function sourceRows(source: RowSource, link: LinkModel | null): RowsSql {
  return ({ origin, parameters, columns }) => {
    const rows = rowsOf(source, link, origin);
    const where = conditionsSql(source, { alias: ALIAS, on: rows.on }, parameters);
    return `SELECT ${columns(tableOrigin(source.entity, ALIAS))} FROM ${rows.from} WHERE ${where}`;
  };
}

function rowsOf(source: RowSource, link: LinkModel | null, origin: LinkOrigin | null) {
  if (link === null || origin === null) return tableSource(source, ALIAS);
  return linkSource(link, { target: source.entity, alias: ALIAS, origin });
}

function keyRows(plan: EntitiesPlan): RowsSql {
  const { entity, keys, source } = plan;
  return ({ parameters, columns }) => {
    const type = sqlType(entity.primaryKey);
    const from = `unnest(${parameters.holdList(plan, keys, type)}) AS k(key)`;
    if (source === null) return `SELECT ${columns({ key: () => ({ sql: 'k.key', type }) })} FROM ${from}`;
    // A key that is requested twice is answered twice.
    const table = tableSource(source, ALIAS).from;
    const on = `${ALIAS}.${quoteIdentifier(entity.primaryKey.name)} = k.key`;
    const where = conditionsSql(source, { alias: ALIAS, on }, parameters);
    return `SELECT ${columns(tableOrigin(entity, ALIAS))} FROM ${from}, ${table} WHERE ${where}`;
  };
}

function referenceRows(link: LinkModel): RowsSql {
  return ({ origin, columns }) => {
    const key = origin?.key(link);
    if (key === undefined) throw new TypeError('A reference starts from a row');
    return `SELECT ${columns({ key: () => key })}`;
  };
}
