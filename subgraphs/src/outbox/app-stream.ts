import type { EventBus } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';

/** An app whose events go from its database to the stream. */
export interface AppStream {
  readonly app: AppName;
  readonly database: Pick<AppDatabase, 'primary' | 'committed'>;
  readonly bus: Pick<EventBus, 'publish' | 'state' | 'durable' | 'messageAt' | 'outlivesProcess'>;
}
