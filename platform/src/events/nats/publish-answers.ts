import { createInbox, type Msg, type NatsConnection } from 'nats';

/** Answers to the messages of one connection, each at an address of its own, all by one subscription. */
export interface PublishAnswers {
  /** @param onAnswer called once at most: with the answer, or with null when the connection ends before */
  expect(onAnswer: (answer: Msg | null) => void): string;
  /** Nobody waits for the answer at this address any more. */
  forget(address: string): void;
}

/**
 * The client's own way makes a timer, several promises and an error with its stack for each message, also for one that is
 * answered. Measured with 500 at once, it takes more than twice the processor time.
 */
export function createPublishAnswers(connection: NatsConnection): PublishAnswers {
  const inbox = createInbox();
  const waiting = new Map<string, (answer: Msg | null) => void>();
  let next = 1;

  function settle(address: string, answer: Msg | null): void {
    const onAnswer = waiting.get(address);
    waiting.delete(address);
    onAnswer?.(answer);
  }

  connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      // The server does not let this client listen, so that no answer would ever come.
      if (error !== null) void connection.close();
      else settle(message.subject, message);
    },
  });
  void connection.closed().then(() => {
    for (const address of [...waiting.keys()]) settle(address, null);
  });
  return {
    expect(onAnswer) {
      const address = `${inbox}.${next}`;
      next += 1;
      waiting.set(address, onAnswer);
      return address;
    },
    forget: (address) => void waiting.delete(address),
  };
}
