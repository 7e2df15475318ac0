/** Which deliveries somebody asks for, as the admin API is told it. */
import {
  type ChosenDeliveries,
  DELIVERY_EVENTS,
  DELIVERY_STATUSES,
  type DeliveryFilter,
  inputTimestamp,
  MAX_DELIVERY_IDS,
  RocketError,
  readDeliveryId,
  uuidText,
} from '@rocket/schema';
import { requireWithin } from '../events/require-within.ts';

export interface DeliveryFilterInput {
  readonly endpoint?: string | null;
  readonly status?: string | null;
  readonly event?: string | null;
  readonly entity?: string | null;
  readonly recordKey?: string | null;
  readonly since?: unknown;
  readonly until?: unknown;
}

/** Either ids or a filter. */
export interface ChosenInput {
  readonly ids?: readonly string[] | null;
  readonly filter?: DeliveryFilterInput | null;
}

/** @throws RocketError `BAD_USER_INPUT` for what no delivery can have */
export function deliveryFilter(input: DeliveryFilterInput | null | undefined): DeliveryFilter {
  const { endpoint, status, event, entity, recordKey, since, until } = input ?? {};
  return {
    endpoint: endpoint == null ? null : endpointId(endpoint),
    status: oneOf('status', status, DELIVERY_STATUSES),
    event: oneOf('event', event, DELIVERY_EVENTS),
    entity: entity ?? null,
    recordKey: recordKey ?? null,
    since: instant('since', since),
    until: instant('until', until),
  };
}

/** @throws RocketError `BAD_USER_INPUT`, also when there are not exactly one of ids and filter */
export function chosenDeliveries({ ids, filter }: ChosenInput): ChosenDeliveries {
  if ((ids == null) === (filter == null)) {
    throw new RocketError('BAD_USER_INPUT', 'Either `ids` or a `filter` is needed, which is {} for all');
  }
  if (ids == null) return { kind: 'filter', filter: deliveryFilter(filter) };
  requireWithin('ids', ids.length, [0, MAX_DELIVERY_IDS]);
  return { kind: 'ids', ids: [...new Set(ids.map(deliveryId))] };
}

/** @throws RocketError `BAD_USER_INPUT` */
export function deliveryId(text: string): string {
  return readDeliveryId(text) ?? refuse(`${JSON.stringify(text)} is no id of a delivery`);
}

/** @throws RocketError `BAD_USER_INPUT` */
export function endpointId(text: string): string {
  return uuidText(text) ?? refuse(`${JSON.stringify(text)} is no id of an endpoint`);
}

function oneOf<T extends string>(
  name: string,
  given: string | null | undefined,
  known: readonly T[],
): T | null {
  if (given == null) return null;
  return known.find((each) => each === given) ?? refuse(`\`${name}\` must be one of ${known.join(', ')}`);
}

function instant(name: string, given: unknown): string | null {
  if (given == null) return null;
  return inputTimestamp(given) ?? refuse(`\`${name}\` must be a time such as 2026-01-02T03:04:05Z`);
}

function refuse(message: string): never {
  throw new RocketError('BAD_USER_INPUT', message);
}
