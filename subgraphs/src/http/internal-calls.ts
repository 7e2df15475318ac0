/** Maps the gateway's calls to functions of the shard. */
import {
  APP_CALLS,
  type CallHandlers,
  type Calls,
  type MessagesByCall,
  type Placed,
  type ShardService,
  USER_CALLS,
  WEBHOOK_CALLS,
} from '@rocket/schema';

/** A call that is not an operation: which app and epoch are signed, the rest is in the body. Resolves with JSON. */
export type AdminCall = (at: Placed, body: unknown) => Promise<string>;

/** By path. */
export function adminCalls(service: ShardService): ReadonlyMap<string, AdminCall> {
  const { users, webhooks } = service;
  const app = served(APP_CALLS, {
    activate: (at, input) => service.activate({ ...input, ...at }),
    settleActivation: (at, input) => service.settleActivation({ ...input, ...at }),
    adoptDatabase: (at) => service.adoptDatabase(at),
    removeApp: (at) => service.removeApp(at),
    advise: (at) => service.advise(at),
    slowQueries: (at, input) => service.slowQueries(at, input),
    outbox: (at) => service.outbox(at),
    storedEvents: (at, input) => service.storedEvents(at, input),
    handleEvent: (at, input) => service.handleEvent(at, input),
  });
  const ofUsers = served(USER_CALLS, {
    login: (at, input) => users.login(at, input),
    refresh: (at, input) => users.refresh(at, input),
    logout: (at, input) => users.logout(at, input),
    list: (at) => users.list(at),
    find: (at, input) => users.find(at, input),
    add: (at, input) => users.add(at, input),
    remove: (at, input) => users.remove(at, input),
  });
  const ofWebhooks = served(WEBHOOK_CALLS, {
    endpoints: (at) => webhooks.endpoints(at),
    secret: (at, input) => webhooks.secret(at, input),
    rotate: (at, input) => webhooks.rotate(at, input),
    setEnabled: (at, input) => webhooks.setEnabled(at, input),
    deliveries: (at, input) => webhooks.deliveries(at, input),
    delivery: (at, input) => webhooks.delivery(at, input),
    redeliver: (at, input) => webhooks.redeliver(at, input),
    test: (at, input) => webhooks.test(at, input),
  });
  return new Map([...app, ...ofUsers, ...ofWebhooks]);
}

/** Joins each call with its handler; the compiler requires one for every call. */
function served<M extends MessagesByCall<M>>(
  calls: Calls<M>,
  handlers: CallHandlers<NoInfer<M>>,
): [string, AdminCall][] {
  const all: [string, AdminCall][] = [];
  for (const name in calls) {
    const call = calls[name];
    all.push([
      call.path,
      async (at, body) => call.encodeAnswer(await handlers[name](at, call.readInput(body))),
    ]);
  }
  return all;
}
