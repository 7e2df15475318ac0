/** A call that is not an operation: its input, its answer, and how both are encoded and checked. */
import { z } from 'zod';
import type { Placed } from './call-context.ts';
import { type Message, readMessage, readRequest } from './message.ts';

/** The input and the answer of a call. */
export interface Messages {
  readonly input: unknown;
  readonly answer: unknown;
}

export interface Call<M extends Messages> {
  readonly path: string;
  /** JSON. It contains the place too, but only the signed place counts. */
  encodeInput(at: Placed, input: M['input']): string;
  /** @throws RocketError `BAD_REQUEST` */
  readInput(body: unknown): M['input'];
  /** JSON; `null` where the success is the whole answer. */
  encodeAnswer(answer: M['answer']): string;
  /** @throws ZodError */
  readAnswer(body: unknown): M['answer'];
}

/** By the names of calls. */
export type MessagesByCall<M> = Readonly<Record<keyof M, Messages>>;

export type Calls<M extends MessagesByCall<M>> = { readonly [K in keyof M]: Call<M[K]> };

/** The functions that do what each of some calls asks for. */
export type CallHandlers<M extends MessagesByCall<M>> = {
  readonly [K in keyof M]: (at: Placed, input: M[K]['input']) => Promise<M[K]['answer']>;
};

/** For a call that has no input besides the app's place, or no answer besides its success. */
export const NOTHING = z.unknown().transform((): void => undefined);

interface Definition<I extends z.ZodType, A extends z.ZodType> {
  readonly path: string;
  readonly input: I;
  readonly answer: A;
}

export function defineCall<I extends z.ZodType, A extends z.ZodType>({
  path,
  input,
  answer,
}: Definition<I, A>): Call<{ input: Message<I>; answer: Message<A> }> {
  return {
    path,
    encodeInput: (at, given) => JSON.stringify(Object.assign({}, at, given)),
    readInput: (body) => readRequest(input, body),
    encodeAnswer: (given) => JSON.stringify(given ?? null),
    readAnswer: (body) => readMessage(answer, body),
  };
}
