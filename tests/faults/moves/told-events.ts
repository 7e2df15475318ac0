/** Everything that the stream has about the app, of all epochs, judged by what is stored. */
import type { EventBus, StreamMessage } from '@rocket/platform';
import { type ChangeEvent, readStream } from '@rocket/schema';
import type { MoveDriver } from './move-driver.ts';
import type { MoveInstallation } from './move-installation.ts';

const MAX_WRONG = 10;

export interface ToldEvents {
  readonly wrong: readonly string[];
  readonly events: number;
  readonly epochs: number;
}

/** For a time without writes. */
export async function judgeEvents(installation: MoveInstallation, driver: MoveDriver): Promise<ToldEvents> {
  const bus = await installation.openBus();
  try {
    const events = await readAll(bus);
    const wrong = [
      ...lost(await committedIds(installation, driver), events),
      ...misordered(events),
      ...differing(await driver.stored(), events),
    ];
    const epochs = new Set(events.map(({ epoch }) => epoch)).size;
    return { wrong: wrong.slice(0, MAX_WRONG), events: events.length, epochs };
  } finally {
    await bus.close();
  }
}

/** In the order of the stream, each once. */
async function readAll(bus: EventBus): Promise<readonly ChangeEvent[]> {
  const events = new Map<string, ChangeEvent>();
  const caughtUp = Promise.withResolvers<void>();
  const follower = bus.follow({
    subject: 'rocket.ev.>',
    from: { kind: 'after', position: Math.max(0, (await bus.range()).first - 1) },
    onMessage: ({ payload }: StreamMessage) => {
      const said = readStream(payload);
      if (said.kind === 'change' && !events.has(said.event.id)) events.set(said.event.id, said.event);
    },
    onCaughtUp: () => caughtUp.resolve(),
    onLost: (reason) => caughtUp.reject(new Error(`The stream was ${reason}`)),
  });
  await caughtUp.promise;
  follower.close();
  return [...events.values()];
}

async function committedIds(installation: MoveInstallation, driver: MoveDriver): Promise<readonly string[]> {
  const { shard, database } = await installation.place();
  const text = "SELECT id::text FROM _outbox WHERE subject LIKE 'rocket.ev.%'";
  const rows = await driver.reading(shard, database, (outside) => outside.query({ text, values: [] }));
  return rows.map(([id]) => String(id));
}

function lost(committed: readonly string[], events: readonly ChangeEvent[]): readonly string[] {
  const told = new Set(events.map(({ id }) => id));
  return committed.filter((id) => !told.has(id)).map((id) => `event ${id} is not on the stream`);
}

/** Of each record ids and epochs rise, and no version is left out. */
function misordered(events: readonly ChangeEvent[]): readonly string[] {
  const before = new Map<string, ChangeEvent>();
  return events.flatMap((event) => {
    const last = before.get(event.key);
    before.set(event.key, event);
    const expected = (last?.version ?? 0) + (event.op === 'delete' ? 0 : 1);
    const isRising = last === undefined || (BigInt(event.id) > BigInt(last.id) && event.epoch >= last.epoch);
    if (event.version === expected && isRising) return [];
    const of = ({ id, op, version, epoch }: ChangeEvent) => `${op} ${id} version ${version} epoch ${epoch}`;
    return [`${event.key}: ${of(event)} comes after ${last === undefined ? 'nothing' : of(last)}`];
  });
}

function differing(stored: ReadonlyMap<string, number>, events: readonly ChangeEvent[]): readonly string[] {
  const newest = new Map(events.map((event) => [event.key, event]));
  const keys = new Set([...stored.keys(), ...newest.keys()]);
  return [...keys].flatMap((key) => {
    const told = newest.get(key)?.record?.['counter'];
    const now = stored.get(key);
    return told === now ? [] : [`${key} is ${now}, and was last told as ${String(told)}`];
  });
}
