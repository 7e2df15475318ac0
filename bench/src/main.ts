/** `npm run bench [-- SCENARIO] [--seconds N] [--connections N] [--rounds N] [--json]` */
import { parseArgs } from 'node:util';
import { type Comparison, formatTable, summarise } from './report.ts';
import { nestedQuery } from './scenarios/nested-query.ts';

type Scenario = (options: { seconds: number; connections: number; rounds: number }) => Promise<Comparison>;

const SCENARIOS: Readonly<Record<string, Scenario>> = { 'nested-query': nestedQuery };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});

const unknown = positionals.filter((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown.length > 0) {
  console.error(`Unknown scenario ${unknown.join(', ')}; there are: ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
const options = {
  seconds: positive('seconds', values.seconds),
  connections: positive('connections', values.connections),
  rounds: positive('rounds', values.rounds),
};
for (const [name, run] of Object.entries(SCENARIOS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const comparison = await run(options);
  console.log(
    values.json ? JSON.stringify({ scenario: name, sides: summarise(comparison) }) : formatTable(comparison),
  );
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`--${option} must be a positive whole number`);
  process.exit(2);
}
