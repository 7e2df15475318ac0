/**
 * Folds what one subscriber is told into the records that they know, and judges it: nothing that they may not see, no
 * version that goes back, no change under two cursors, and in the end what is in the database.
 */
import { isDeepStrictEqual } from 'node:util';
import { pick, type Row } from '../support/checked/checked-state.ts';
import { ASKED, type FoldedTable, type Node, type Operation, type ToldChange } from './told-change.ts';

export interface FoldedView {
  readonly table: FoldedTable;
  /** Whether a record with these values is one of those that are subscribed to, and that the subscriber may see. */
  readonly sees: (row: Row) => boolean;
  /** Null for all. */
  readonly operations: readonly Operation[] | null;
}

type Rows = ReadonlyMap<string, Row>;

/** Enough to see what is wrong. */
const MAX_WRONG = 5;

export class FoldedChanges {
  readonly wrong: string[] = [];
  readonly #view: FoldedView;
  readonly #rows: Map<string, Row>;
  /** What was told last of each record. */
  readonly #told = new Map<string, { readonly counter: number; readonly version: number }>();
  readonly #cursorOf = new Map<string, string>();
  readonly #changeOf = new Map<string, string>();

  /** @param first what the subscriber knows without being told */
  constructor(view: FoldedView, first: Rows = new Map()) {
    this.#view = view;
    this.#rows = new Map([...first].map(([id, row]) => [id, this.#ownFields(row)]));
  }

  /** With a snapshot, as another subscription; what was known is forgotten. */
  beginAnew(): void {
    for (const known of [this.#rows, this.#told, this.#cursorOf, this.#changeOf]) known.clear();
  }

  take(told: ToldChange): void {
    this.#judgeCursor(told);
    this.#judgeSight(told);
    const { id, node } = told;
    if ((told.operation === 'REMOVED') !== (node === null)) this.#accuse('is told in no form', told);
    if (this.#view.operations?.includes(told.operation) === false && !told.snapshot)
      this.#accuse('was not asked for', told);
    if (node === null) this.#rows.delete(id);
    else {
      this.#judgeOrder(told, node);
      this.#rows.set(id, this.#ownFields(node));
    }
  }

  /** Between what was folded and what there is now, as far as the operations that were asked for can tell. */
  differences(rows: Rows): readonly string[] {
    const asks = (operation: Operation) => this.#view.operations?.includes(operation) !== false;
    const ids = new Set([...rows.keys(), ...this.#rows.keys()]);
    return [...ids].flatMap((id) => {
      const row = rows.get(id);
      const should = row === undefined ? undefined : this.#ownFields(row);
      const has = this.#rows.get(id);
      if (should === undefined) return asks('REMOVED') ? [JSON.stringify({ id, has, should: 'gone' })] : [];
      // Who does not ask for changes cannot know the newest values.
      if (!asks('ADDED') || !asks('UPDATED')) return [];
      return isDeepStrictEqual(has, should) ? [] : [JSON.stringify({ id, has, should })];
    });
  }

  #judgeCursor(told: ToldChange): void {
    if (told.snapshot) return;
    // Writes follow each other slower than times are told apart.
    const change = `${told.id} ${told.at}`;
    const cursor = this.#cursorOf.get(change) ?? told.cursor;
    if (cursor !== told.cursor) this.#accuse(`is told with two cursors, before with ${cursor}`, told);
    const known = this.#changeOf.get(told.cursor) ?? change;
    if (known !== change) this.#accuse(`has the cursor of ${known}`, told);
    this.#cursorOf.set(change, cursor);
    this.#changeOf.set(told.cursor, known);
  }

  #judgeSight(told: ToldChange): void {
    const { node, previous } = told;
    if (node !== null && !this.#view.sees(node)) this.#accuse('may not be seen', told);
    if (previous !== null && !this.#view.sees(previous)) this.#accuse('may not have been seen before', told);
    if (previous !== null && told.operation === 'ADDED') this.#accuse('was added and was there before', told);
    // The customer can have changed since without a change of this record, but not be another one.
    const customer = node?.customer;
    if (customer !== null && customer !== undefined && customer.id !== node?.['customerId'])
      this.#accuse('refers to another customer', told);
  }

  /** The version begins anew with a record that is made again; the counter of its writer never does. */
  #judgeOrder(told: ToldChange, node: Node): void {
    const now = { counter: Number(node['counter']), version: Number(node['version']) };
    const before = this.#told.get(told.id);
    this.#told.set(told.id, now);
    if (before === undefined) return;
    if (now.counter < before.counter || (now.counter === before.counter && now.version < before.version))
      this.#accuse(`goes back, from ${JSON.stringify(before)}`, told);
  }

  #ownFields(row: Row): Row {
    return { ...pick(row, ...ASKED[this.#view.table].fields), id: row.id };
  }

  #accuse(what: string, told: ToldChange): void {
    if (this.wrong.length < MAX_WRONG) this.wrong.push(`${what}: ${JSON.stringify(told)}`);
  }
}
