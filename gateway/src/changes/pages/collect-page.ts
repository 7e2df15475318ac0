import type { EventBus, FollowLoss, StreamMessage } from '@rocket/platform';

/** How long a page waits for what is stored already. */
const CATCH_UP_MS = 5_000;
/** Changes come in groups: a page waits a moment for those that come with the first one. */
const LINGER_MS = 20;
/** Of payloads; one that is larger is a page of its own. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface PageOptions {
  readonly bus: Pick<EventBus, 'follow'>;
  readonly subject: string;
  readonly after: { readonly position: number; readonly id?: string };
  /** Whether a page that is too small for all that is stored has the first or the last of it. */
  readonly keep: 'first' | 'last';
  readonly limit: number;
  /** How long it waits for the first message when none is stored. */
  readonly waitMs: number;
  /** When it aborts, nobody waits any longer. */
  readonly released: AbortSignal;
}

export type CollectedPage =
  /** Nothing up to `position` is left out, but for what `keep` says. */
  | { readonly kind: 'page'; readonly messages: readonly StreamMessage[]; readonly position: number }
  | { readonly kind: 'lost'; readonly reason: FollowLoss }
  /** The stream did not say in time what it has. */
  | { readonly kind: 'away' };

/** Follows the stream for as long as it takes to fill a page. */
export function collectPage(options: PageOptions): Promise<CollectedPage> {
  const { bus, subject, after, waitMs, released } = options;
  const { promise, resolve } = Promise.withResolvers<CollectedPage>();
  const kept = createKept(options);
  const giveUpAtMs = performance.now() + waitMs;
  let isCaughtUp = false;
  let isEnding = false;
  let timer = setTimeout(finish, CATCH_UP_MS);

  const follower = bus.follow({
    subject,
    from: { kind: 'after', ...after },
    onMessage(message) {
      kept.add(message);
      if (kept.isFull()) finish();
      else if (isCaughtUp && !isEnding) endIn(LINGER_MS);
    },
    onCaughtUp() {
      isCaughtUp = true;
      if (kept.messages.length > 0) endIn(0);
      else finishIn(Math.max(0, giveUpAtMs - performance.now()));
    },
    onLost: (reason) => end({ kind: 'lost', reason }),
  });
  released.addEventListener('abort', finish);
  if (released.aborted) finish();
  return promise;

  function finishIn(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(finish, ms);
  }

  /** Further messages do not put it off. */
  function endIn(ms: number): void {
    isEnding = true;
    finishIn(ms);
  }

  function finish(): void {
    const { messages } = kept;
    if (isCaughtUp || messages.length > 0 || released.aborted) {
      // A follower that is handling a message has not moved on yet.
      const reached = Math.max(messages.at(-1)?.position ?? 0, isCaughtUp ? follower.position : 0);
      end({ kind: 'page', messages, position: Math.max(after.position, reached) });
    } else {
      end({ kind: 'away' });
    }
  }

  function end(collected: CollectedPage): void {
    clearTimeout(timer);
    released.removeEventListener('abort', finish);
    follower.close();
    resolve(collected);
  }
}

/** The messages of a page, as many as it has room for. */
function createKept({ keep, limit }: Pick<PageOptions, 'keep' | 'limit'>) {
  const messages: StreamMessage[] = [];
  let bytes = 0;
  const drop = (): void => {
    bytes -= Buffer.byteLength(messages.shift()?.payload ?? '');
  };
  return {
    messages,
    add(message: StreamMessage): void {
      messages.push(message);
      bytes += Buffer.byteLength(message.payload);
      if (keep === 'first') return;
      while (messages.length > limit || (bytes > MAX_BYTES && messages.length > 1)) drop();
    },
    isFull: (): boolean => keep === 'first' && (messages.length >= limit || bytes >= MAX_BYTES),
  };
}
