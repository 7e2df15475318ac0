import {
  type AppName,
  appName,
  encodeStatement,
  shardName,
  type WriterOpened,
  type WriterStatement,
} from '@rocket/schema';
import type { EventBus } from '../../src/index.ts';

let drawn = 0;

/** @returns its position */
export async function publishStatement(bus: EventBus, statement: WriterStatement): Promise<number> {
  const { subject, payload } = encodeStatement(statement);
  return publishPayload(bus, subject, payload);
}

export async function publishPayload(bus: EventBus, subject: string, payload: string): Promise<number> {
  drawn += 1;
  const [outcome] = await bus.publish([{ subject, payload, id: `test:${drawn}` }]);
  if (outcome?.ok !== true) throw outcome?.error ?? new Error('no outcome');
  return outcome.position;
}

export function publishChange(bus: EventBus, app: string): Promise<number> {
  const event = {
    ...{
      id: '1',
      app,
      epoch: 1,
      at: '2026-01-01T00:00:00Z',
      entity: 'note',
      op: 'create',
      key: 'k',
      version: 1,
    },
    ...{ actor: null, changed: [], record: {}, previous: null, tags: [] },
  };
  return publishPayload(bus, `rocket.ev.${app}.note.create`, JSON.stringify(event));
}

export const CRM: AppName = appName('crm');
export const SHOP: AppName = appName('shop');

export function opened(process: string, writer: string, app: AppName = CRM): WriterOpened {
  return { kind: 'open', app, writer, process, shard: shardName('s1') };
}

export interface SpeakingProcess {
  readonly behind: Set<string>;
  open(writer: string, app?: AppName): Promise<number>;
  /** In its own name, or in that of another process that is gone. */
  closeWriter(writer: string, of?: { app?: AppName; process?: string }): Promise<number>;
  stop(): void;
}

/** Beats four times a second as a shard process does; nothing that it writes is ever late. */
export function startSpeaking(bus: EventBus, name: string): SpeakingProcess {
  const shard = shardName('s1');
  const behind = new Set<string>();
  let since = 0;
  const timer = setInterval(() => {
    const statement = { kind: 'beat', process: name, shard, since, behind: [...behind] } as const;
    // While it is cut off, beats are lost.
    void publishStatement(bus, statement).then(
      (position) => (since = position),
      () => undefined,
    );
  }, 250);
  return {
    behind,
    open: (writer, app) => publishStatement(bus, opened(name, writer, app)),
    closeWriter: (writer, { app = CRM, process = name } = {}) =>
      publishStatement(bus, { kind: 'closed', app, writer, process, shard, by: name }),
    stop: () => clearInterval(timer),
  };
}
