/** The stream of NATS that the product publishes on, for those who read it with a bare client. */
export const ROCKET_STREAM = 'ROCKET_EVENTS';
