import {
  applyEvents,
  checkEvents,
  createLogger,
  type EventsCheckOptions,
  type SettingDifference,
} from '@rocket/platform';
import { RocketError, WEBHOOKS_CONSUMPTION, WORKFLOWS_CONSUMPTION } from '@rocket/schema';
import { createAdminClient } from '../../admin/client.ts';
import { findConnection } from '../../admin/connection.ts';
import { ListWorkDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, configOf, NotAsWanted, print, printJson, remark } from '../../command-line.ts';
import { formatTable } from '../../output/table.ts';
import { natsOptions } from '../../process/nats-options.ts';

/** A difference, and whether it was changed just now. */
type Found = SettingDifference & { readonly changed: boolean };

/**
 * @throws RocketError `BAD_REQUEST` without NATS, `EVENTS_UNAVAILABLE`; NotAsWanted when something differs, in the end
 */
export async function checkEventSettings(
  line: CommandLine,
  { apply = false, json = false }: { apply?: boolean; json?: boolean },
): Promise<void> {
  const config = configOf(line);
  if (config.natsUrls.length === 0) {
    throw new RocketError('BAD_REQUEST', 'NATS_URL is not set, so there is no stream to check', {
      details: { hint: 'without NATS each process keeps its events to itself' },
    });
  }
  const logger = createLogger({ level: 'silent', name: 'cli' });
  const options = { ...natsOptions(config), logger, name: 'rocket events check', consumers: CONSUMERS };
  const { before, consumers } = await checked(line, options);
  const left = apply && before.length > 0 ? await applyEvents({ ...options, consumers }) : before;
  const found = before.map((difference) => ({ ...difference, changed: !left.some(isSame(difference)) }));
  // A stream that was missing can be made and differ all the same, where somebody else makes it meanwhile.
  const all = [...found, ...left.filter((each) => !before.some(isSame(each))).map(unchanged)];
  if (json) printJson(line, all);
  else print(line, formatTable(HEADER, all.map(cells), 'The stream is as the settings want it.'));
  if (left.length > 0) throw new NotAsWanted();
}

/** Those who consume in processes of their own. */
const CONSUMERS = [WORKFLOWS_CONSUMPTION, WEBHOOKS_CONSUMPTION];

/**
 * What differs. A consumer that is missing is no fault where no app has anything for workers to do, or where there is nobody to
 * ask: the first worker makes them.
 */
async function checked(line: CommandLine, options: EventsCheckOptions) {
  const before = await checkEvents(options);
  const isMissing = ({ object, setting }: SettingDifference): boolean =>
    setting === 'exists' && CONSUMERS.some(({ name }) => object === `consumer ${name}`);
  if (!before.some(isMissing) || (await workersAreNeeded(line))) return { before, consumers: CONSUMERS };
  return { before: before.filter((difference) => !isMissing(difference)), consumers: [] };
}

/** False also when that cannot be said. */
async function workersAreNeeded(line: CommandLine): Promise<boolean> {
  const connection = await findConnection(configOf(line));
  if (connection === null) return false;
  try {
    const { apps } = await createAdminClient(connection).send(ListWorkDocument, {});
    return apps.some(({ workflows, webhooks }) => workflows.length + webhooks > 0);
  } catch (error) {
    if (!(error instanceof RocketError)) throw error;
    remark(
      line,
      `Whether apps have workflows or webhooks, for which a consumer would be missing, is not known: ${error.message}`,
    );
    return false;
  }
}

function isSame(a: SettingDifference): (b: SettingDifference) => boolean {
  return (b) => a.object === b.object && a.setting === b.setting;
}

function unchanged(difference: SettingDifference): Found {
  return { ...difference, changed: false };
}

const HEADER = ['OBJECT', 'SETTING', 'IS', 'WANTED', 'CHANGE'];

function cells({ object, setting, is, wanted, change, changed }: Found): string[] {
  return [object, setting, is, wanted, changed ? 'done' : CHANGES[change]];
}

const CHANGES: Readonly<Record<SettingDifference['change'], string>> = {
  online: 'by --apply',
  'needs recreation': 'only by making it anew, without what is in it',
};
