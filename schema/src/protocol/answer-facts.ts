/** What is told of an answer beside it, to a gateway that keeps answers. */
import { z } from 'zod';
import { RocketError } from '../errors.ts';

/** Tags of one kind: the prefix followed by each of the values. A tag of an entity is its name, with an empty value. */
const tagGroup = z.tuple([z.string(), z.array(z.string())]);

const readFacts = z.object({
  kind: z.literal('read'),
  /** Entities whose policies decided what the caller sees. */
  entities: z.array(z.string()),
  /** An answer to the same question is the same for as long as nothing changes that has one of these tags. */
  tags: z.array(tagGroup),
  /** False when the answer can change although nothing is written, such as one that depends on the time. */
  isLasting: z.boolean(),
});

const writeFacts = z.object({
  kind: z.literal('write'),
  /** Ids of the events that were committed, which are on the stream by now or soon. */
  events: z.array(z.string()),
});

const facts = z.discriminatedUnion('kind', [readFacts, writeFacts]);

export type TagGroup = z.infer<typeof tagGroup>;
export type ReadFacts = z.infer<typeof readFacts>;
export type WriteFacts = z.infer<typeof writeFacts>;

/** Facts of a read are told when they are asked for, and when the read succeeded as a whole. */
export type AnswerFacts = ReadFacts | WriteFacts;

export function encodeFacts(told: AnswerFacts): string {
  return JSON.stringify(told);
}

/** @throws RocketError `INTERNAL_ERROR`: they come from a shard, so that no caller is to blame */
export function readFactsText(text: string): AnswerFacts {
  try {
    return facts.parse(JSON.parse(text));
  } catch (cause) {
    throw new RocketError('INTERNAL_ERROR', 'A shard told facts of a wrong form', { cause });
  }
}
