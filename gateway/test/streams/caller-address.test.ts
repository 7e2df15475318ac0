import { expect, it } from 'vitest';
import { callerAddress } from '../../src/streams/caller-address.ts';

const told = { 'x-forwarded-for': '198.51.100.1, 203.0.113.5' };
it.each([
  ['127.0.0.1', {}, '127.0.0.1'],
  ['127.0.0.1', told, '203.0.113.5'],
  ['::ffff:10.1.2.3', told, '203.0.113.5'],
  ['fd00::1', { 'x-forwarded-for': '2001:db8::1' }, '2001:db8:0:0::'],
  ['2001:db8:1:2:3:4:5:6', told, '2001:db8:1:2::'],
  ['2001:0db8:1:2::ffff', told, '2001:db8:1:2::'],
  ['2001:db8:1:3::', told, '2001:db8:1:3::'],
  ['2001::5:6:7:8:9', told, '2001:0:0:5::'],
  ['::1', {}, '0:0:0:0::'],
  ['10.1.2.3', { 'x-forwarded-for': 'nonsense' }, '10.1.2.3'],
  ['203.0.113.9', told, '203.0.113.9'],
  ['::ffff:203.0.113.9', told, '::ffff:203.0.113.9'],
  [undefined, told, ''],
])('a caller at %s with %j is counted at %s', (remoteAddress, headers, counted) => {
  const message: unknown = { socket: { remoteAddress }, headers };
  expect(callerAddress(message as Parameters<typeof callerAddress>[0])).toBe(counted);
});
