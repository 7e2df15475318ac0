import type { AppName } from '@rocket/schema';
import type { StreamMessage } from '../event-bus.ts';
import { createProbeTrail, NEVER, type ProbeTrail } from './probe-trail.ts';
import type { ReadableRecord } from './record-reader.ts';
import { createWriterLedger, type OpenWriter, type WriterLedger } from './writer-ledger.ts';

/** How much is known of an app's changes. */
export interface AppKnowledge {
  /** Position of the last message that was delivered; 0 while none is followed. A reset makes it void. */
  readonly position: number;
  /**
   * All changes that were committed longer ago than this are delivered. Infinite while nothing is known: what is read from
   * a database then must not be kept, as changes of before and after it may never be delivered.
   */
  readonly ageMs: number;
  /** The age is within the bound. */
  readonly sure: boolean;
}

/** An open writer, and how long its process has been silent. */
export interface WriterSilence extends Omit<OpenWriter, 'heardAtMs'> {
  /** Counted only while the follower has had an unbroken view of the stream; else 0. */
  readonly silentMs: number;
}

/** What follows from the messages that have been delivered, and from when each was. */
export interface StreamKnowledge {
  readonly position: number;
  /** What was proven for times before this is void. Infinite while the view of the stream is broken. */
  readonly unbrokenSinceMs: number;
  /** Whether probes prove anything at present. */
  readonly isComplete: boolean;
  app(name: AppName): AppKnowledge;
  writers(): WriterSilence[];
  /** Id of a probe that is sent right afterwards. */
  nextProbe(): string;
  /** @param message that the record is from; by its id the follower knows its own probes */
  apply(record: ReadableRecord, message: Pick<StreamMessage, 'id' | 'position'>): void;
  /** The app is not sure any more until a reset. True when it was not distrusted before. */
  distrust(app: AppName): boolean;
  reached(position: number): void;
  /** All writers are known, and all that is stored from now on will be delivered. */
  complete(): void;
  cut(): void;
  reset(): void;
}

interface KnowledgeOptions {
  readonly follower: string;
  readonly boundMs: number;
  readonly now: () => number;
}

export function createStreamKnowledge({ follower, boundMs, now }: KnowledgeOptions): StreamKnowledge {
  const probes = createProbeTrail(follower, now, boundMs);
  const ledger = createWriterLedger({
    now,
    provenWithoutWriters: () => probes.latest,
    provenByClaim: (claim) => probes.sentBefore(claim),
  });
  const distrusted = new Set<AppName>();
  let position = 0;
  /** What was proven for times before this is void: since then there is an unbroken view of the stream. */
  let unbrokenSince = Number.POSITIVE_INFINITY;

  return {
    get position() {
      return position;
    },
    get unbrokenSinceMs() {
      return unbrokenSince;
    },
    get isComplete() {
      return unbrokenSince !== Number.POSITIVE_INFINITY;
    },
    app(name) {
      const provenAt = distrusted.has(name) ? NEVER : (ledger.provenAt(name) ?? probes.latest);
      const ageMs = provenAt >= unbrokenSince ? now() - provenAt : Number.POSITIVE_INFINITY;
      return { position, ageMs, sure: ageMs <= boundMs };
    },
    writers() {
      const at = now();
      return ledger.writers().map(({ heardAtMs, ...writer }) => ({
        ...writer,
        silentMs: Math.max(0, at - Math.max(heardAtMs, unbrokenSince)),
      }));
    },
    nextProbe: () => probes.sent(),
    apply: (record, message) => fold({ ledger, probes }, record, message),
    distrust(app) {
      if (distrusted.has(app)) return false;
      distrusted.add(app);
      return true;
    },
    reached(at) {
      position = Math.max(position, at);
    },
    complete() {
      ledger.caughtUp();
      unbrokenSince = now();
    },
    cut() {
      unbrokenSince = Number.POSITIVE_INFINITY;
    },
    reset() {
      position = 0;
      unbrokenSince = Number.POSITIVE_INFINITY;
      probes.clear();
      ledger.voidPositions();
      distrusted.clear();
    },
  };
}

interface Folded {
  readonly ledger: WriterLedger;
  readonly probes: ProbeTrail;
}

function fold(
  { ledger, probes }: Folded,
  record: ReadableRecord,
  { id, position }: Pick<StreamMessage, 'id' | 'position'>,
): void {
  switch (record.kind) {
    case 'open':
      ledger.open(record, position);
      break;
    case 'closed':
      ledger.close(record, position);
      break;
    case 'beat':
      ledger.beat(record, position);
      break;
    case 'probe':
      probes.delivered(id, position);
      break;
    case 'change':
    case 'effect':
    case 'sent':
    case 'touched':
    case 'due':
  }
}
