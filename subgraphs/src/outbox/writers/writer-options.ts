/** What the writers of an app need of the process that they are in. */
import type { Logger } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { AppStream } from '../app-stream.ts';

/** Says on the stream what becomes of writers. */
export interface WriterAnnouncer {
  readonly process: string;
  /** @throws RocketError `EVENTS_BEHIND` when the stream does not take it */
  opened(app: AppName, writer: string): Promise<void>;
  /** Resolves when it is said, however long that takes. */
  closed(app: AppName, writer: string): Promise<void>;
}

export interface AppWritersOptions extends AppStream {
  /** Resolves when something may be published; see {@link PublishedCheck}. */
  readonly checked: () => Promise<void>;
  readonly announcer: WriterAnnouncer;
  readonly logger: Logger;
}
