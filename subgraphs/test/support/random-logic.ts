/** Random rules and state machines of one entity, each with what it means, told naively. */
import fc from 'fast-check';
import { type Meaning, meaning, type Row, type Seen, small } from './random-meaning.ts';

export const STATES = ['s0', 's1', 's2', 's3'];
export const ROLES = ['worker', 'boss'];

export interface RandomRule {
  readonly definition: Readonly<Record<string, unknown>>;
  readonly type: 'field' | 'expression' | 'computed';
  readonly priority: number;
  readonly stops: boolean;
  /** Name in `rule` of errors. */
  readonly rule: string;
  /** Field of the error; null for the input. */
  readonly field: string | null;
  readonly isViolated: (seen: Seen) => boolean;
  readonly compute: (record: Row) => number | null;
}

export interface RandomTransition {
  readonly from: readonly string[];
  readonly to: string;
  readonly roles: readonly string[];
  readonly guard: Meaning | null;
  readonly mark: string | null;
}

export interface RandomMachine {
  readonly initial: string | null;
  readonly transitions: readonly RandomTransition[];
}

export interface Logic {
  readonly rules: readonly RandomRule[];
  readonly machine: RandomMachine;
}

const FIELD_OPERATORS: readonly (readonly [string, (value: number, limit: number) => boolean])[] = [
  ['min', (value, limit) => value < limit],
  ['max', (value, limit) => value > limit],
  ['gt', (value, limit) => value <= limit],
  ['lt', (value, limit) => value >= limit],
];

const common = {
  priority: fc.integer({ min: 0, max: 2 }),
  stops: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
};

const fieldRule: fc.Arbitrary<RandomRule> = fc
  .record({
    ...common,
    field: fc.constantFrom('a', 'b'),
    operator: fc.constantFrom(...FIELD_OPERATORS),
    value: small,
  })
  .map(({ field, operator: [operator, breaks], value, priority, stops }) => ({
    type: 'field',
    priority,
    stops,
    rule: operator,
    field,
    compute: () => null,
    definition: {
      field,
      operator,
      value,
      stop_on_fail: stops,
      message: `${field} ${operator} ${value} ${priority}`,
    },
    isViolated: ({ record }) => typeof record[field] === 'number' && breaks(record[field], value),
  }));

const expressionRule: fc.Arbitrary<RandomRule> = fc
  .record({ ...common, of: meaning })
  .map(({ of, priority, stops }) => ({
    type: 'expression',
    priority,
    stops,
    rule: 'expression',
    compute: () => null,
    field: new Set(of.fields).size === 1 ? (of.fields[0] ?? null) : null,
    definition: { expression: of.text, stop_on_fail: stops, message: `${of.text} ${priority}` },
    isViolated: of.holds,
  }));

/** `c` is made from what is given, `d` from `c`. */
const computedRule: fc.Arbitrary<RandomRule> = fc
  .record({ field: fc.constantFrom('c', 'd'), factor: small, priority: common.priority })
  .map(({ field, factor, priority }) => {
    const [left, right] = field === 'c' ? ['a', 'b'] : ['c', 'a'];
    return {
      type: 'computed',
      priority,
      stops: false,
      rule: 'computed',
      field,
      isViolated: () => false,
      definition: { field, expression: `(record.${left} ?? 0) + (record.${right} ?? 0) * ${factor}` },
      compute: (record) => Number(record[left ?? ''] ?? 0) + Number(record[right ?? ''] ?? 0) * factor,
    };
  });

const transition: fc.Arbitrary<RandomTransition> = fc.record({
  from: fc.uniqueArray(fc.constantFrom(...STATES), { minLength: 1, maxLength: 3 }),
  to: fc.constantFrom(...STATES),
  roles: fc.subarray(ROLES),
  guard: fc.option(meaning),
  mark: fc.option(fc.constantFrom('x', 'y')),
});

/** Without transitions from states that nothing leads to, which an import refuses. */
const machine: fc.Arbitrary<RandomMachine> = fc
  .record({
    initial: fc.option(fc.constantFrom(...STATES), { freq: 5 }),
    transitions: fc.array(transition, { minLength: 1, maxLength: 8 }),
  })
  .map(({ initial, transitions }) => {
    if (initial === null) return { initial, transitions };
    const first: RandomTransition = { from: [initial], to: 's1', roles: [], guard: null, mark: null };
    const reached = new Set([initial, 's1']);
    for (const _ of STATES)
      for (const { from, to } of transitions) if (from.some((state) => reached.has(state))) reached.add(to);
    const kept = transitions
      .map((each) => ({ ...each, from: each.from.filter((state) => reached.has(state)) }))
      .filter(({ from }) => from.length > 0);
    return { initial, transitions: [first, ...kept] };
  });

/** One computed rule for each field, since of two the later one wins. */
export const logic: fc.Arbitrary<Logic> = fc.record({
  rules: fc
    .tuple(
      // A document keeps equal rules once.
      fc.uniqueArray(fc.oneof(fieldRule, expressionRule), {
        maxLength: 5,
        selector: ({ definition }) => JSON.stringify(definition),
      }),
      fc.uniqueArray(computedRule, { maxLength: 2, selector: ({ field }) => field }),
    )
    .map(([checks, computed]) => [...computed, ...checks]),
  machine,
});

export function logicDocument({ rules, machine: { initial, transitions } }: Logic): object {
  return {
    rules: rules.map(({ type, definition, priority }) => ({ entity: 'thing', type, definition, priority })),
    state_machines: [
      {
        entity: 'thing',
        field: 'status',
        definition: {
          ...(initial === null ? {} : { initial }),
          transitions: transitions.map(({ from, to, roles, guard, mark }) => ({
            from,
            to,
            ...(roles.length === 0 ? {} : { roles }),
            ...(guard === null ? {} : { guard: guard.text }),
            ...(mark === null ? {} : { actions: [{ type: 'set_field', field: 'mark', value: mark }] }),
          })),
        },
      },
    ],
  };
}
