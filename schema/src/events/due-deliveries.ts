/** What workers and shards tell of deliveries that are stored: all workers know then when there is something to send. */
import { z } from 'zod';
import { type AppName, appName } from '../ids.ts';
import { dueSubject } from './subjects.ts';

/** It is no event of the app, as nothing of the app's has changed. */
export interface DueDeliveries {
  readonly kind: 'due';
  readonly app: AppName;
  /** The first of them is due in so many ms. */
  readonly inMs: number;
}

export const due = z.object({
  kind: z.literal('due'),
  app: z.string().transform(appName),
  inMs: z.number().min(0),
});

export function encodeDue(given: Omit<DueDeliveries, 'kind'>): {
  readonly subject: string;
  readonly payload: string;
} {
  return {
    subject: dueSubject(given.app),
    payload: JSON.stringify({ kind: 'due', ...given } satisfies DueDeliveries),
  };
}
