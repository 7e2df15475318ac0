/** What steps do: conditions, and each kind of action but for webhooks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  act,
  CREATED,
  log,
  logged,
  send,
  setTask,
  step,
  workflow,
  workflowDocument,
} from '../support/workflow-documents.ts';
import { createWorkflowEngine, type WorkflowEngine } from '../support/workflow-engine.ts';

/** Begins with tasks of this title. */
function forTitle(title: string, steps: readonly object[], more: object = {}) {
  return workflow(title, { ...CREATED, condition: `record.title == '${title}'` }, steps, more);
}

const task = (type: string, more: object = {}) => ({
  type,
  entity: 'task',
  record_id: 'context.record_id',
  ...more,
});

const DOCUMENT = workflowDocument(
  [
    forTitle('set', [
      act('set', [
        setTask('at', 'now'),
        setTask('day', 'now'),
        setTask('count', { expression: 'trigger.record.count + 1' }),
        setTask('status', { expression: "context.record_id == trigger.record_id ? 'same' : 'other'" }),
      ]),
    ]),
    forTitle('update', [
      act('update', [
        task('update_record', { values: { title: 'updated', count: { expression: '2 * 21' } } }),
      ]),
    ]),
    forTitle('create', [
      act('create', [
        {
          type: 'create_record',
          entity: 'log',
          values: { text: { expression: 'trigger.record.title' }, at: 'now' },
        },
        logged("'step at ' + trigger.at"),
      ]),
    ]),
    forTitle('delete', [
      act('first', [task('delete_record')], 'second'),
      act('second', [task('delete_record')]),
    ]),
    forTitle('gone', [
      act('first', [task('delete_record')], 'second'),
      act('second', [setTask('title', 'x')]),
    ]),
    forTitle('branches', [
      step('more', 'condition', {
        expression: 'trigger.record.count > 1',
        ...{ on_true: { goto: 'big' }, on_false: 'end' },
      }),
      act('big', [log('big')]),
    ]),
    forTitle('no value', [
      step('divide', 'condition', {
        expression: '1 / trigger.record.count > 0',
        on_true: 'end',
        on_false: 'end',
      }),
    ]),
    forTitle('refused', [act('both', [log('not kept'), setTask('title', 'forbidden')])]),
    forTitle('loop', [
      step('again', 'condition', {
        expression: 'trigger.record.count > 0',
        on_true: 'again',
        on_false: 'end',
      }),
    ]),
    workflow('moves', { type: 'record_created', entity: 'log', condition: "record.text == 'before'" }, [
      act('move', [
        {
          ...{ type: 'set_field', entity: 'log', record_id: 'context.record_id' },
          ...{ field: 'text', value: 'after' },
        },
      ]),
    ]),
    workflow('chain', { type: 'event', event: 'chain' }, [act('next', [send('chain')])]),
    forTitle('chain it', [act('next', [send('chain', 'first')])]),
  ],
  {
    state_machines: [
      {
        ...{ entity: 'log', field: 'text' },
        definition: {
          transitions: [
            {
              ...{ from: 'before', to: 'after' },
              actions: [
                {
                  type: 'create_record',
                  entity: 'task',
                  values: { title: { expression: "user.id + ' moved'" } },
                },
              ],
            },
          ],
        },
      },
    ],
    rules: [
      {
        ...{ entity: 'task', hook: 'before_write', type: 'expression' },
        definition: { expression: "record.title == 'forbidden'", message: 'This title is forbidden' },
      },
    ],
  },
);

let engine: WorkflowEngine;

beforeAll(async () => {
  engine = await createWorkflowEngine(DOCUMENT);
});

afterAll(() => engine.dispose());

async function ended(title: string, more: object = {}) {
  const id = await engine.create('task', { title, ...more });
  await engine.settled();
  expect(engine.failures).toEqual([]);
  const instances = await engine.instances();
  const instance = instances.find(({ workflow: of, context }) => of === title && context['record_id'] === id);
  return { id, ...instance };
}

const logs = async () => (await engine.rows('SELECT text FROM logs ORDER BY text')).flat();
const taskOf = async (id: string | undefined, what: string) =>
  (await engine.rows(`SELECT ${what} FROM tasks WHERE id = $1::uuid`, [id]))[0];
const recordOf = ({ context }: { context?: Record<string, unknown> }) => String(context?.['record_id']);

describe('an action', () => {
  test('sets fields to the time of the step and to values of expressions', async () => {
    const made = await ended('set', { count: 4 });
    expect(made).toMatchObject({ status: 'completed', error: null });
    const recent =
      "at BETWEEN now() - interval '1 minute' AND now(), day::text = (at AT TIME ZONE 'UTC')::date::text";
    expect(await taskOf(recordOf(made), `count, status, ${recent}`)).toEqual([5, 'same', true, true]);
  });

  test('updates several fields at once', async () => {
    const made = await ended('update');
    expect(await taskOf(recordOf(made), 'title, count')).toEqual(['updated', 42]);
  });

  test('creates records in the name of its workflow', async () => {
    await ended('create');
    const made = await logs();
    expect(made).toContain('create');
    expect(made).toContainEqual(expect.stringMatching(/^step at 20/));
    const actors =
      "SELECT DISTINCT payload->>'actor' FROM _outbox WHERE subject = 'rocket.ev.test_app.log.create'";
    expect(await engine.rows(actors)).toEqual([['workflow:create']]);
  });

  test('that makes a transition creates what it creates, as its own workflow and at its depth', async () => {
    await engine.create('log', { text: 'before' });
    await engine.settled();
    const made = `SELECT payload->>'actor', payload->'depth' FROM _outbox
      WHERE subject = 'rocket.ev.test_app.task.create' AND payload->'record'->>'title' = 'workflow:moves moved'`;
    expect(await engine.rows(made)).toEqual([['workflow:moves', 1]]);
  });

  test('deletes a record, also one that is gone', async () => {
    const made = await ended('delete');
    expect(made).toMatchObject({ status: 'completed', history: ['first completed', 'second completed'] });
    expect(await taskOf(recordOf(made), '1')).toBeUndefined();
  });

  test('on a record that is gone fails', async () => {
    const made = await ended('gone');
    expect(made).toMatchObject({ status: 'failed', step: 'second' });
    expect(made.error).toMatch(/^update_record task: There is no task with id/);
  });

  test('that a rule refuses fails with its reason, and undoes the whole step', async () => {
    expect(await ended('refused')).toMatchObject({
      ...{ status: 'failed', step: 'both', history: ['both failed'] },
      error: 'update_record task: title: This title is forbidden',
    });
    expect(await logs()).not.toContain('not kept');
  });
});

describe('a condition', () => {
  test('goes one way or the other', async () => {
    expect((await ended('branches', { count: 2 })).history).toEqual(['more on_true', 'big completed']);
    expect((await ended('branches', { count: 1 })).history).toEqual(['more on_false']);
  });

  test('without a value fails', async () => {
    const made = await ended('no value', { count: 0 });
    expect(made).toMatchObject({ status: 'failed', step: 'divide', error: expect.stringContaining('zero') });
  });
});

describe('what goes on for ever', () => {
  test('ends after 1,000 steps', async () => {
    const made = await ended('loop', { count: 1 });
    expect(made).toMatchObject({ status: 'failed', error: 'More than 1000 steps were taken' });
    expect(made.history).toHaveLength(1_001);
  });

  test('ends where 16 workflows have started one another', async () => {
    await ended('chain it');
    const chain = (await engine.instances()).filter(({ workflow: of }) => of === 'chain');
    expect(chain.map(({ status }) => status)).toEqual([...Array(15).fill('completed'), 'failed']);
    expect(chain.at(-1)?.error).toBe('16 workflows have started one another');
  });
});
