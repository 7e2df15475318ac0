/**
 * The most that one operation may read. Lists within lists multiply: a few hundred records at each of four levels are
 * more than any process can hold, although each limit is acceptable. Where the limits alone keep the answer small,
 * nothing is added; elsewhere the statement first counts the records, and stops as soon as the result is clear.
 *
 * Each level is a common table expression over the one above it: it is evaluated only if it is used, and only once. So
 * every level costs the same, whether it is the second or the twentieth.
 */
import type { LinkModel } from '@rocket/schema';
import type { ReadPlan } from '../read/read-plan.ts';
import type { LinkOrigin } from '../sql/link-sql.ts';
import type { Parameters } from '../sql/parameters.ts';
import { type Level, rootLevels } from './budget-levels.ts';

export interface Budget {
  readonly maxRecords: number;
  /** Counting that takes longer is given up, because the answer would take even longer. */
  readonly maxCountingMs: number;
}

/** The SQL in front of a statement, and the condition under which the statement is run. */
export interface BudgetSql {
  readonly withClause: string;
  /** False when all lists together have too many records, or more than can be counted in time. */
  readonly condition: string;
}

/** @returns null when the lists cannot have too many records */
export function budgetSql(
  plans: readonly ReadPlan[],
  budget: Budget,
  parameters: Parameters,
): BudgetSql | null {
  const levels = plans.flatMap(rootLevels).flatMap(withThoseBelow);
  if (levels.reduce((sum, level) => sum + (level.isList ? level.most : 0), 0) <= budget.maxRecords)
    return null;
  return new Counting(levels, budget, parameters).sql();
}

/** Parents come first, so that nothing is counted below a level that has too many records by itself. */
function withThoseBelow(level: Level): Level[] {
  return [level, ...level.below.flatMap(withThoseBelow)];
}

/** Alias of the parent's row in the SQL of its children. */
const PARENT = 'p';

class Counting {
  readonly #levels: readonly Level[];
  readonly #budget: Budget;
  readonly #parameters: Parameters;
  readonly #columns = new Map<Level, readonly LinkColumn[]>();
  readonly #names = new Map<Level, string>();
  readonly #expressions: string[] = [];
  #totals = 0;

  constructor(levels: readonly Level[], budget: Budget, parameters: Parameters) {
    this.#levels = levels;
    this.#budget = budget;
    this.#parameters = parameters;
  }

  /**
   * Counting the innermost lists is nearly as much work as reading them. Usually the number of their parents and their
   * limits are enough; they are counted only when that does not decide.
   */
  sql(): BudgetSql {
    const { maxRecords } = this.#budget;
    for (const [index, level] of this.#levels.entries()) this.#addLevel(level, `b${index}`);
    const lists = this.#levels.filter(({ isList }) => isList);
    const inner = this.#total(
      lists.filter(({ below }) => below.length > 0),
      '0::bigint',
    );
    const last = lists.filter(({ below }) => below.length === 0);
    const most = this.#add('m', `SELECT ${inner} + ${this.#mostOf(last)} AS n`);
    const all = this.#total(last, inner);
    const isTooMuch = `CASE WHEN ${inner} > ${maxRecords} THEN TRUE WHEN (SELECT n FROM ${most}) <= ${maxRecords} THEN FALSE ELSE ${all} > ${maxRecords} END`;
    // The time is checked last, because counting that was given up in between has counted too few.
    return {
      withClause: `WITH ${this.#expressions.join(', ')} `,
      condition: `CASE WHEN ${isTooMuch} THEN FALSE ELSE ${this.#inTime()} END`,
    };
  }

  #addLevel(level: Level, name: string): void {
    const { parent, below, rows } = level;
    const columns: LinkColumn[] = [];
    const origin = parent === null ? null : this.#originOf(parent);
    const sql = rows({
      origin,
      parameters: this.#parameters,
      columns: (own) => columnsSql(own, below, columns),
    });
    this.#columns.set(level, columns);
    this.#names.set(level, name);
    const from =
      parent === null
        ? `(${sql}) AS r`
        : // The time is checked for each row above, so that no work is done for rows after the time limit.
          `(SELECT * FROM ${this.#nameOf(parent)} WHERE ${this.#inTime()} OFFSET 0) AS ${PARENT} CROSS JOIN LATERAL (${sql}) AS r`;
    // One record above the limit shows that there are too many; the rest need not be counted.
    this.#add(name, `SELECT r.* FROM ${from} LIMIT ${this.#budget.maxRecords + 1}`);
    this.#add(`${name}_n`, `SELECT count(*) AS n FROM ${name}`);
  }

  /** @returns SQL of the sum of `start` and the records of the levels, counted until there are too many */
  #total(levels: readonly Level[], start: string): string {
    return levels.reduce((before, level) => {
      this.#totals += 1;
      const sum = `SELECT CASE WHEN t.n > ${this.#budget.maxRecords} THEN t.n ELSE t.n + ${this.#countOf(level)} END AS n`;
      const name = this.#add(`s${this.#totals}`, `${sum} FROM (SELECT ${before} AS n) AS t`);
      return `(SELECT n FROM ${name})`;
    }, start);
  }

  /** SQL of the most records that innermost lists can have, given the number of their parents. */
  #mostOf(levels: readonly Level[]): string {
    const limits = new Map<Level | null, number>();
    for (const { parent, limit } of levels) limits.set(parent, (limits.get(parent) ?? 0) + limit);
    const parts = [...limits].map(([parent, limit]) =>
      parent === null ? String(limit) : `${this.#countOf(parent)} * ${limit}`,
    );
    return parts.length === 0 ? '0' : parts.join(' + ');
  }

  #originOf(parent: Level): LinkOrigin {
    const columns = this.#columns.get(parent) ?? [];
    return {
      key: (link) => {
        const column = columns.find((candidate) => candidate.link === link);
        if (column === undefined) throw new TypeError(`${link.graphqlName} does not start here`);
        return { sql: `${PARENT}.${column.name}`, type: column.type };
      },
    };
  }

  #countOf(level: Level): string {
    return `(SELECT n FROM ${this.#nameOf(level)}_n)`;
  }

  #nameOf(level: Level): string {
    const name = this.#names.get(level);
    if (name === undefined) throw new TypeError('A level comes after its parent');
    return name;
  }

  #add(name: string, sql: string): string {
    this.#expressions.push(`${name} AS MATERIALIZED (${sql})`);
    return name;
  }

  /** Uses the server's own clock, so that the time before the statement arrived there does not count. */
  #inTime(): string {
    return `clock_timestamp() < statement_timestamp() + interval '${Math.trunc(this.#budget.maxCountingMs)} milliseconds'`;
  }
}

interface LinkColumn {
  readonly link: LinkModel;
  readonly name: string;
  readonly type: string | null;
}

/** Notes each column in `columns`. */
function columnsSql(origin: LinkOrigin, below: readonly Level[], columns: LinkColumn[]): string {
  const parts: string[] = [];
  for (const { link } of below) {
    if (link === null || columns.some((column) => column.link === link)) continue;
    const { sql, type } = origin.key(link);
    const name = `k${columns.length}`;
    columns.push({ link, name, type });
    parts.push(`${sql} AS ${name}`);
  }
  return parts.length === 0 ? '1 AS k' : parts.join(', ');
}
