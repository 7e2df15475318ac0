/** `npm run bench [-- SCENARIO ...] [options]`; see `USAGE`. */
import { parseArgs } from 'node:util';
import { formatManyApps } from './apps/format-many-apps.ts';
import { manyApps } from './apps/many-apps.ts';
import { cache } from './cache/cache.ts';
import { formatCache } from './cache/format-cache.ts';
import { events } from './events/events.ts';
import { formatEvents } from './events/format-events.ts';
import { type Comparison, formatComparison, summarise } from './measure/report.ts';
import { formatMoves } from './moves/format-moves.ts';
import { moves, QUIET_SECONDS } from './moves/moves.ts';
import { nestedQuery } from './scenarios/nested-query.ts';
import { writes } from './scenarios/writes.ts';
import { runShop } from './shop/run-shop.ts';
import { SHOP_SCENARIOS } from './shop/scenario.ts';
import { SIDE_NAMES } from './shop/shop-sides.ts';
import { formatSubscriptions } from './subscriptions/format-subscriptions.ts';
import { STREAM_SECONDS, subscriptions } from './subscriptions/subscriptions.ts';
import { formatWebhooks } from './webhooks/format-webhooks.ts';
import { TELLING_SECONDS, webhooks } from './webhooks/webhooks.ts';
import { formatWorkflows } from './workflows/format-workflows.ts';
import { REACTION_SECONDS, workflows } from './workflows/workflows.ts';

const NESTED_QUERY = 'nested-query';
/** A page that grows. */
const ROWS = 'rows';
const WRITES = 'writes';
const EVENTS = 'events';
const MANY_APPS = 'many-apps';
const CACHE = 'cache';
const SUBSCRIPTIONS = 'subscriptions';
const WORKFLOWS = 'workflows';
const WEBHOOKS = 'webhooks';
const MOVES = 'moves';
const DEFAULT_SECONDS = 4;
const NAMES = [
  ...SHOP_SCENARIOS.map(({ name }) => name),
  ROWS,
  NESTED_QUERY,
  WRITES,
  EVENTS,
  MANY_APPS,
  CACHE,
  SUBSCRIPTIONS,
  WORKFLOWS,
  WEBHOOKS,
  MOVES,
];
const USAGE = `npm run bench -- [SCENARIO ...] [--seconds N] [--connections N] [--rounds N] [--sides A,B]
  [--apps N] [--postgres URL] [--json]
Scenarios: ${NAMES.join(', ')}; all by default
Sides of the shop: ${SIDE_NAMES.join(', ')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    connections: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    sides: { type: 'string', default: SIDE_NAMES.join(',') },
    apps: { type: 'string', default: '200' },
    postgres: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

refuseUnknown('scenario', positionals, NAMES);
const asked = values.sides.split(',');
refuseUnknown('side', asked, SIDE_NAMES);
const seconds = values.seconds === undefined ? null : positive('seconds', values.seconds);
const options = {
  seconds: seconds ?? DEFAULT_SECONDS,
  connections: positive('connections', values.connections),
  rounds: positive('rounds', values.rounds),
  apps: positive('apps', values.apps),
  sides: SIDE_NAMES.filter((name) => asked.includes(name)),
  postgresUrl: values.postgres ?? null,
  onResult: print,
};

const scenarios = SHOP_SCENARIOS.filter(({ name }) => wants(name) || (isRows(name) && wants(ROWS)));
if (scenarios.length > 0) await runShop(scenarios, options);
if (wants(NESTED_QUERY)) print(await nestedQuery(options));
if (wants(WRITES)) print(await writes(options));
if (wants(EVENTS)) {
  const result = await events(options);
  console.log(values.json ? JSON.stringify({ scenario: EVENTS, ...result }) : formatEvents(result));
}
if (wants(MANY_APPS)) {
  const result = await manyApps(options);
  console.log(values.json ? JSON.stringify({ scenario: MANY_APPS, ...result }) : formatManyApps(result));
}
if (wants(CACHE)) {
  const result = await cache(options);
  console.log(values.json ? JSON.stringify({ scenario: CACHE, ...result }) : formatCache(result));
}
if (wants(SUBSCRIPTIONS)) {
  const result = await subscriptions({ ...options, seconds: seconds ?? STREAM_SECONDS });
  console.log(
    values.json ? JSON.stringify({ scenario: SUBSCRIPTIONS, ...result }) : formatSubscriptions(result),
  );
}
if (wants(WORKFLOWS)) {
  const result = await workflows({ ...options, seconds: seconds ?? REACTION_SECONDS });
  console.log(values.json ? JSON.stringify({ scenario: WORKFLOWS, ...result }) : formatWorkflows(result));
}
if (wants(WEBHOOKS)) {
  const result = await webhooks({ ...options, seconds: seconds ?? TELLING_SECONDS });
  console.log(values.json ? JSON.stringify({ scenario: WEBHOOKS, ...result }) : formatWebhooks(result));
}
if (wants(MOVES)) {
  const result = await moves({ seconds: seconds ?? QUIET_SECONDS });
  console.log(values.json ? JSON.stringify({ scenario: MOVES, ...result }) : formatMoves(result));
}

function wants(name: string): boolean {
  return positionals.length === 0 || positionals.includes(name);
}

function isRows(name: string): boolean {
  return name.startsWith(`${ROWS}-`);
}

function print(comparison: Comparison): void {
  const { name, base } = comparison;
  console.log(
    values.json
      ? JSON.stringify({ scenario: name, base, sides: summarise(comparison) })
      : formatComparison(comparison),
  );
}

function refuseUnknown(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  console.error(`Unknown ${what} ${unknown.join(', ')}\n${USAGE}`);
  process.exit(2);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${option} must be a positive whole number\n${USAGE}`);
  process.exit(2);
}
