/** A gateway that stops hands its subscribers over, and the next one goes on where they were. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Listening, Told } from '../harness/listening.ts';
import { createSubscribedWorld, type SubscribedWorld } from './subscribed-world.ts';

const SUBSCRIBERS = 100;
const QUERY = 'subscription { ticketChanged { operation node { title } } }';

let desk: SubscribedWorld;
let token: string;
beforeAll(async () => {
  desk = await createSubscribedWorld();
  ({ token } = await desk.world.signIn('desk', ['agent']));
});
afterAll(() => desk?.world.dispose());

const crowd = (url: string, cursors: readonly (string | undefined)[]): Promise<Listening[]> =>
  Promise.all(
    cursors.map((lastEventId) =>
      desk.listen(QUERY, { token, url, ...(lastEventId === undefined ? {} : { lastEventId }) }),
    ),
  );
const titleOf = ({ data }: Told) =>
  (data as { ticketChanged: { node: { title: string } } } | null)?.ticketChanged.node.title;

it('a hundred subscribers of the only gateway miss nothing while it restarts', async () => {
  const first = await desk.world.another();
  const before = await crowd(
    first.url,
    Array.from({ length: SUBSCRIBERS }, () => undefined),
  );
  for (const title of ['one', 'two', 'three']) await desk.ticket({ title });
  // Each has come to another place when it stops.
  const taken = await Promise.all(
    before.map(async (listening, at) => {
      const told: Told[] = [];
      for (let count = 0; count <= at % 3; count += 1) told.push(await listening.next());
      return told;
    }),
  );
  const rests = Promise.all(before.map((listening) => listening.rest()));
  await first.close();
  for (const rest of await rests) {
    expect(rest.at(-1)?.errors).toMatchObject([
      { extensions: { code: 'NOT_READY', retryable: true, retryAfterMs: expect.any(Number) } },
    ]);
  }
  await desk.ticket({ title: 'four' });

  const second = await desk.world.another();
  const after = await crowd(
    second.url,
    taken.map((told) => told.at(-1)?.id),
  );
  await desk.ticket({ title: 'five' });
  const wanted = ['one', 'two', 'three', 'four', 'five'];
  const all = await Promise.all(
    after.map(async (listening, at) => {
      const told = [...(taken[at] ?? [])];
      while (told.length < wanted.length) told.push(await listening.next());
      listening.close();
      return told.map(titleOf);
    }),
  );
  expect(new Set(all.map((titles) => titles.join()))).toEqual(new Set([wanted.join()]));
  await second.close();
});
