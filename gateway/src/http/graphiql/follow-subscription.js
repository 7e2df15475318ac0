/** Runs in the browser: subscriptions of the page, over server-sent events, since a WebSocket cannot send headers. */

/** True when the operation that is run is a subscription. */
function isSubscription({ operationName }, document) {
  const operations = document?.definitions.filter(({ kind }) => kind === 'OperationDefinition') ?? [];
  const named = operations.find(({ name }) => name?.value === operationName);
  return (named ?? operations[0])?.operation === 'subscription';
}

/**
 * The results as GraphiQL observes them; it shows each in the place of the last, and what an error says. The library
 * would try again by itself from what comes then, so that changes were left out without a word: it ends instead.
 */
function followSubscription({ url, headers, parameters }) {
  const client = globalThis.graphqlSse.createClient({ url, headers, retryAttempts: 0 });
  return {
    subscribe({ next, error, complete }) {
      const stop = client.subscribe(parameters, {
        next,
        complete,
        error: (cause) => {
          refusalOf(cause).then((refusal) => {
            if (refusal === null) return error(cause);
            next(refusal);
            complete();
          }, error);
        },
      });
      return { unsubscribe: stop };
    },
  };
}

/** The server's answer when it has begun no stream; null for other errors. */
async function refusalOf({ response }) {
  return response === undefined ? null : await response.json();
}

globalThis.subscriptions = { isSubscription, followSubscription };
