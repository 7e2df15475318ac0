/** Dates and instants of inputs, by the grammar of all requests. */
export { dateText, requestTimestampText as timestampText } from '@rocket/schema';
