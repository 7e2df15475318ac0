import { expect, test } from 'vitest';
import { createLogger, createMetrics } from '../../src/index.ts';
import { acceptRequestId, newRequestId } from '../../src/telemetry/request-ids.ts';

test('secrets do not reach the log', () => {
  const lines: string[] = [];
  const log = createLogger({
    level: 'info',
    name: 'gateway',
    destination: { write: (line) => lines.push(line) },
  });
  log.debug('not at this level');
  log.info(
    { password: 'p1', user: { token: 't1' }, req: { headers: { authorization: 'Bearer b1' } }, kept: 1 },
    'hello',
  );
  log.child({ app: 'crm' }).warn({ config: { secret: 's1', databaseUrl: 'postgres://u:d1@h/x' } });
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toMatch(/p1|t1|b1|s1|d1/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'gateway',
    msg: 'hello',
    kept: 1,
    password: '[redacted]',
  });
  expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test('an error is logged without what hangs on it', () => {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(line) },
  });
  const cause = Object.assign(new Error('refused'), {
    code: '23505',
    detail: 'Key (email)=(a@b)',
    client: { password: 'p' },
  });
  logger.error({ err: new Error('outer', { cause }) }, 'failed');
  const { err } = JSON.parse(lines[0] ?? '{}');
  expect(err).toMatchObject({ message: 'outer', cause: { message: 'refused', code: '23505' } });
  expect(lines[0]).not.toMatch(/a@b|"p"/);
});

test('metrics of two registries do not meet', async () => {
  const [one, two] = [createMetrics(), createMetrics({ processMetrics: true })];
  one.counter({ name: 'requests_total', help: 'Requests', labelNames: ['app'] }).inc({ app: 'crm' });
  two.counter({ name: 'requests_total', help: 'Requests' }).inc(5);
  two.gauge({ name: 'depth', help: 'Depth' }).set(2);
  two.histogram({ name: 'seconds', help: 'Seconds', buckets: [1] }).observe(0.5);
  const [first, second] = await Promise.all([one.render(), two.render()]);
  expect(first.contentType).toContain('text/plain');
  expect(first.body).toContain('requests_total{app="crm"} 1');
  expect(first.body).not.toContain('process_cpu');
  expect(second.body).toContain('requests_total 5');
  expect(second.body).toContain('seconds_bucket{le="1"} 1');
  expect(second.body).toContain('process_cpu');
});

test('a request keeps an id that is fit to be passed on, and gets a new one otherwise', () => {
  expect(acceptRequestId('abc-123.x:y_z')).toBe('abc-123.x:y_z');
  for (const unfit of [undefined, null, '', 'a b', 'a\nb', 'x'.repeat(129), ['a', 'b']]) {
    expect(acceptRequestId(unfit)).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(newRequestId()).not.toBe(newRequestId());
});
