/** The follower on a real stream, in real time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { until } from '../../../tests/harness/until.ts';
import { type EventBus, openNatsBus } from '../../src/index.ts';
import { natsOptions, natsServer, quiet } from '../support/event-buses.ts';
import { type FollowedBus, followBus } from '../support/followed-bus.ts';
import {
  CRM,
  opened,
  publishChange,
  publishStatement,
  SHOP,
  type SpeakingProcess,
  startSpeaking,
} from '../support/speaking-process.ts';

describe.skipIf(natsServer === null)('on JetStream', () => {
  let server: NatsServer;
  let bus: EventBus;
  let ends: (() => void)[];

  beforeEach(async () => {
    ends = [];
    server = await startNatsServer(natsServer ?? '');
    bus = await openNatsBus(natsOptions(server));
  });
  afterEach(async () => {
    for (const end of ends) end();
    await bus.close();
    await server.dispose();
  });

  function follow(): FollowedBus {
    const followed = followBus({}, bus);
    ends.push(() => followed.follower.close());
    return followed;
  }

  function speak(name: string): SpeakingProcess {
    const process = startSpeaking(bus, name);
    ends.push(process.stop);
    return process;
  }

  it('an app is sure while its writers beat, also for a follower that comes later', async () => {
    const { follower, records } = follow();
    await until(() => follower.app(CRM).sure && follower.app(SHOP).sure);
    const [first, second] = [speak('p1'), speak('p2')];
    await first.open('w1');
    await second.open('w2');
    await publishChange(bus, 'crm');
    await until(() => records.includes('change'));
    const late = follow();
    await until(() => late.follower.app(CRM).sure);
    expect(late.follower.writers().map(({ writer }) => writer)).toEqual(['w1', 'w2']);
    second.stop();
    const both = [follower, late.follower];
    await until(() => both.every((one) => !one.app(CRM).sure && one.app(SHOP).sure));
    await first.closeWriter('w2', { process: 'p2' });
    await until(() => both.every((one) => one.app(CRM).sure));
  });

  it('nothing is sure while the server is away, and nothing is missed', async () => {
    const { follower, records, resets } = follow();
    const process = speak('p1');
    await process.open('w1');
    await until(() => follower.app(CRM).sure);
    await server.stop();
    await until(() => !follower.app(SHOP).sure);
    expect(follower.app(SHOP).ageMs).toBe(Number.POSITIVE_INFINITY);
    await server.start();
    await until(() => bus.state().kind === 'up');
    await publishChange(bus, 'crm');
    await until(() => follower.app(CRM).sure && records.includes('change'));
    expect(resets).toEqual([]);
    const { last } = await bus.range();
    await until(() => follower.position >= last);
  });

  it('a stream of before is followed afresh, and known writers are asked for new claims', async () => {
    await publishChange(bus, 'crm');
    await server.stop();
    await server.copyStore('before');
    await server.start();
    const { follower, resets } = follow();
    await until(() => follower.app(CRM).sure);
    await publishStatement(bus, opened('p1', 'w1'));
    await until(() => follower.writers().length === 1);
    await server.stop();
    await server.restoreStore('before');
    await server.start();
    await until(() => resets.length > 0);
    expect(resets).toEqual(['rewound']);
    await until(() => follower.app(SHOP).sure);
    await quiet();
    expect(follower.app(CRM).sure).toBe(false);
    speak('p1');
    await until(() => follower.app(CRM).sure);
  });
});
