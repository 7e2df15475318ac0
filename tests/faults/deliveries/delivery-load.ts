/** Writes records one after the other in several lanes: each is created, renamed, and some are deleted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askGraphql } from '../../harness/graphql-client.ts';
import type { WorkerInstallation } from '../support/worker-installation.ts';

const LANES = 4;
const PAUSE_MS = 15;
const KEEP = 3;

interface Written {
  readonly note: { readonly id: string } | null;
  readonly errors: readonly object[];
}

export class DeliveryLoad {
  /** Titles of records whose creation, renaming or deletion was acknowledged. */
  readonly acknowledged = { create: new Set<string>(), update: new Set<string>(), delete: new Set<string>() };
  refused = 0;
  #isWriting = true;
  readonly #running: readonly Promise<void>[];
  readonly #installation: Pick<WorkerInstallation, 'url' | 'token'>;

  constructor(installation: Pick<WorkerInstallation, 'url' | 'token'>) {
    this.#installation = installation;
    this.#running = Array.from({ length: LANES }, (_, lane) => this.#write(lane));
  }

  async stop(): Promise<void> {
    this.#isWriting = false;
    await Promise.all(this.#running);
  }

  async #write(lane: number): Promise<void> {
    for (let number = 0; this.#isWriting; number += 1) {
      await sleep(PAUSE_MS);
      const title = `${lane}-${number}`;
      const made = await this.#ask(
        `createNote(input: { title: "${title}" }) { note { id } errors { code } }`,
      );
      if (made === null) continue;
      this.acknowledged.create.add(title);
      const to = `${title}-renamed`;
      const change = `updateNote(id: "${made}", patch: { title: "${to}" }) { note { id } errors { code } }`;
      if ((await this.#ask(change)) === null) continue;
      this.acknowledged.update.add(to);
      if (number % KEEP === 0) continue;
      if ((await this.#ask(`deleteNote(id: "${made}") { note { id } errors { code } }`)) !== null)
        this.acknowledged.delete.add(to);
    }
  }

  /** The key; null where it is not known whether it was done. */
  async #ask(field: string): Promise<string | null> {
    const { url, token } = this.#installation;
    try {
      const { data } = await askGraphql(url, `mutation { it: ${field} }`, { token, once: true });
      const it = data?.['it'] as Written | null | undefined;
      if (it?.errors.length === 0) return it.note?.id ?? null;
    } catch (error) {
      // The connection to the gateway was lost: nothing is known then.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
    this.refused += 1;
    return null;
  }
}
