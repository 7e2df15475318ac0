import type { Dependent } from './invalidations.ts';
import type { AppRead, PlaceOf } from './places.ts';
import type { StreamStamp } from './position-trail.ts';

/** A point of the stream before a read began. */
export interface ReadMoment {
  readonly stamp: StreamStamp;
  readonly atMs: number;
  /** Counts the resets of before. */
  readonly generation: number;
  /** Where the apps were. */
  readonly placeOf: PlaceOf;
}

/** What an answer depends on. */
export interface Dependencies extends Dependent {
  readonly stamp: StreamStamp;
  readonly apps: readonly AppRead[];
}

/** `unsure`: changes may have been made that are not known here yet. */
export type Standing = 'current' | 'invalidated' | 'unsure';
