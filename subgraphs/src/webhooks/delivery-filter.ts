/** Which deliveries administrators mean. */
import {
  type DeliveryFilter,
  documentTimestamp,
  firstDeliveryId,
  RocketError,
  uuidText,
} from '@rocket/schema';

/** The condition on a row `d`, for a statement whose first values are those of {@link filterValues}. */
export const MATCHES_FILTER = `($1::uuid IS NULL OR d.endpoint_id = $1::uuid)
  AND ($2::text IS NULL OR d.status = $2::text)
  AND ($3::text IS NULL OR d.event = $3::text)
  AND ($4::text IS NULL OR d.entity = $4::text)
  AND ($5::text IS NULL OR d.record_key = $5::text)
  AND ($6::uuid IS NULL OR d.id >= $6::uuid)
  AND ($7::uuid IS NULL OR d.id < $7::uuid)`;

/** @throws RocketError `BAD_USER_INPUT` for an id or a time that is none */
export function filterValues(filter: DeliveryFilter): readonly unknown[] {
  const { endpoint, status, event, entity, recordKey, since, until } = filter;
  return [
    endpoint === null ? null : givenId('endpoint', endpoint),
    ...[status, event, entity, recordKey],
    since === null ? null : firstIdOf('since', since),
    until === null ? null : firstIdOf('until', until),
  ];
}

/** In lower case. @throws RocketError `BAD_USER_INPUT` */
export function givenId(place: string, text: string): string {
  const id = uuidText(text);
  if (id !== null) return id;
  throw new RocketError('BAD_USER_INPUT', `\`${place}\`: ${JSON.stringify(text)} is not a UUID`);
}

/** No event is older than 1970. */
function firstIdOf(place: string, text: string): string {
  const time = documentTimestamp(text);
  if (time !== null) return firstDeliveryId(new Date(Math.max(0, Date.parse(time))));
  const message = `\`${place}\`: ${JSON.stringify(text)} is not a time such as 2026-01-31T12:00:00Z`;
  throw new RocketError('BAD_USER_INPUT', message);
}
