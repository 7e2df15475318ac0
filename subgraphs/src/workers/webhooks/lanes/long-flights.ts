/** Looks after deliveries whose receivers take long: they are stored, so that nobody waits for them, and kept from others. */
import type { Database, Logger } from '@rocket/platform';
import { type Delivery, LEASE_MS, leaseFor } from '../../../webhooks/delivery-sql.ts';
import type { Flight } from './flight.ts';
import type { Lane } from './lane.ts';
import { type Recorder, unsent } from './recorder.ts';

const TICK_MS = 250;
/** What is sent for so long is stored, so that its event waits no more. */
const HELD_MS = 1_000;
/** So is what waits for its turn for so long. */
const QUEUED_MS = 500;
const RENEW_MS = LEASE_MS / 3;
const QUERY_MS = 10_000;

export interface LongFlights {
  /** From now on, for as long as anything is on its way. */
  watch(): void;
  /** Others may send what is still on its way here. Whether anything was. */
  giveBack(): Promise<boolean>;
}

export interface LongFlightsOptions {
  readonly lanes: () => readonly Lane[];
  readonly recorder: Recorder;
  readonly database: Database;
  readonly logger: Logger;
}

export function createLongFlights({ lanes, recorder, database, logger }: LongFlightsOptions): LongFlights {
  let tick: NodeJS.Timeout | null = null;
  let renewedAtMs = 0;
  const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });

  function stop(): void {
    if (tick !== null) clearInterval(tick);
    tick = null;
  }

  function ticked(): void {
    const busy = lanes().filter((lane) => !lane.isIdle);
    if (busy.length === 0) stop();
    const nowMs = performance.now();
    for (const lane of busy) {
      lane.parkQueued(nowMs - QUEUED_MS);
      for (const flight of lane.flights) if (flight.isHeld && flight.ageMs() > HELD_MS) shelve(flight);
    }
    if (nowMs - renewedAtMs < RENEW_MS) return;
    renewedAtMs = nowMs;
    void renew(busy.flatMap((lane) => [...lane.flights]));
  }

  function shelve(flight: Flight): void {
    const { delivery } = flight;
    flight.shelve(() =>
      recorder.add(unsent(delivery, { status: 'pending', dueInMs: LEASE_MS, error: null })),
    );
  }

  /** Those whose lease cannot be renewed are sent by somebody else too, with the same id. */
  async function renew(flights: readonly Flight[]): Promise<void> {
    const old = await storedOf(flights.filter((flight) => flight.ageMs() > RENEW_MS));
    if (old.length === 0) return;
    try {
      await database.query(leaseFor(old, LEASE_MS), limits());
    } catch (err) {
      logger.warn({ err }, 'deliveries that are being sent could not be kept from others');
    }
  }

  return {
    watch: () => {
      tick ??= setInterval(ticked, TICK_MS);
    },
    async giveBack() {
      stop();
      const stored = await storedOf(lanes().flatMap((lane) => [...lane.flights]));
      if (stored.length > 0) await database.query(leaseFor(stored, 0), limits());
      return stored.length > 0;
    },
  };
}

async function storedOf(flights: readonly Flight[]): Promise<readonly Delivery[]> {
  const known = await Promise.all(
    flights
      .filter((flight) => !flight.isHeld)
      .map(async (flight) => ({ delivery: flight.delivery, isStored: await flight.isStored() })),
  );
  return known.filter(({ isStored }) => isStored).map(({ delivery }) => delivery);
}
