/**
 * What processes say on the stream, beside the events, about how complete the events are. ADR 16 has the protocol.
 */
import { z } from 'zod';
import { type AppName, appName, type ShardName, shardName } from '../ids.ts';
import type { Message } from '../protocol/message.ts';
import type { EncodedEvent } from './encode-event.ts';
import { beatSubject, probeSubject, writerSubject } from './subjects.ts';

/** Part of a subject, drawn by who is named by it. */
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const app = z.string().transform((value): AppName => appName(value));
const shard = z.string().transform((value): ShardName => shardName(value));
const position = z.int().nonnegative();

/** Writers, processes and followers are named so that a name never comes again. */
export const opened = z.object({ kind: z.literal('open'), app, writer: name, process: name, shard });

/** `by` is the process that says it: the writer's own, or the one that settled it. */
export const closed = z.object({
  kind: z.literal('closed'),
  app,
  writer: name,
  process: name,
  shard,
  by: name,
});

/**
 * All commits of the process that were possible before the message at position `since` was stored are on the stream
 * before this message; but for the writers in `behind`, whose former claims stay as they are.
 */
export const beat = z.object({
  kind: z.literal('beat'),
  process: name,
  shard,
  since: position,
  behind: z.array(name),
});

export const probe = z.object({ kind: z.literal('probe'), follower: name });

export type WriterOpened = Message<typeof opened>;
export type WriterClosed = Message<typeof closed>;
export type Beat = Message<typeof beat>;
export type Probe = Message<typeof probe>;
export type WriterStatement = WriterOpened | WriterClosed | Beat | Probe;

export function encodeStatement(statement: WriterStatement): EncodedEvent {
  return { subject: subjectOf(statement), payload: JSON.stringify(statement) };
}

function subjectOf(statement: WriterStatement): string {
  switch (statement.kind) {
    case 'open':
    case 'closed':
      return writerSubject(statement.app, statement.writer);
    case 'beat':
      return beatSubject(statement.process);
    case 'probe':
      return probeSubject(statement.follower);
  }
}
