/** Runs in the browser: starts GraphiQL, and keeps the session that its requests are sent in. */

/** Renewed this long before it expires, so that no request arrives with a token that has just done so. */
const RENEW_EARLY_MS = 30_000;
/** The graph that this page is for; its address may end with a slash. */
const PATH = location.pathname.replace(/\/$/, '');
/** One session per graph: a token of one app is refused by another. Gone with the tab. */
const KEPT_AS = `rocket-session:${PATH}`;

/** Null at a gateway without login. */
const form = document.querySelector('#session');

function keptSession() {
  const text = sessionStorage.getItem(KEPT_AS);
  return text === null ? null : JSON.parse(text);
}

function keepSession(account, { accessToken, refreshToken, expiresIn }) {
  const session = { ...account, accessToken, refreshToken, expiresAtMs: Date.now() + expiresIn * 1_000 };
  sessionStorage.setItem(KEPT_AS, JSON.stringify(session));
  return session;
}

/** The answer's body; an error with the server's own words when it is a refusal. */
async function postAuth(action, body) {
  const response = await fetch(`/auth/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok) return text === '' ? null : JSON.parse(text);
  throw new Error(response.status < 500 ? JSON.parse(text).errors[0].message : `Status ${response.status}`);
}

let renewing = null;

async function renew({ app, email, refreshToken }) {
  try {
    return keepSession({ app, email }, await postAuth('refresh', { app, refreshToken })).accessToken;
  } catch (cause) {
    sessionStorage.removeItem(KEPT_AS);
    showSession();
    throw new Error('The session has ended: sign in again', { cause });
  }
}

/**
 * The token of the session; null when nobody is signed in. A refresh token works once, so one request renews for all.
 */
async function currentToken() {
  const session = keptSession();
  if (session === null) return null;
  if (Date.now() < session.expiresAtMs - RENEW_EARLY_MS) return session.accessToken;
  renewing ??= renew(session).finally(() => {
    renewing = null;
  });
  return await renewing;
}

/**
 * What GraphiQL is answered: a result, or for a subscription all of them. An Authorization header that somebody has
 * typed wins over the session.
 */
async function fetcher(parameters, { headers: typed = {}, documentAST } = {}) {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  if ((headers.get('authorization') ?? '').trim() === '') {
    const token = await currentToken();
    if (token === null) headers.delete('authorization');
    else headers.set('authorization', `Bearer ${token}`);
  }
  const { isSubscription, followSubscription } = globalThis.subscriptions;
  if (isSubscription(parameters, documentAST)) {
    headers.delete('accept');
    return followSubscription({ url: PATH, headers: Object.fromEntries(headers), parameters });
  }
  const body = JSON.stringify(parameters);
  const response = await fetch(PATH, { method: 'POST', headers, body });
  return await response.json();
}

function showSession() {
  if (form === null) return;
  const session = keptSession();
  const account = session === null ? '' : `${session.email} (${session.app ?? 'platform'})`;
  form.querySelector('#who').textContent = session === null ? 'Not signed in' : `Signed in as ${account}`;
  form.querySelector('#sign-in').hidden = session !== null;
  form.querySelector('#sign-out').hidden = session === null;
}

async function signIn() {
  const { app, email, password } = Object.fromEntries(new FormData(form));
  const account = { app: app.trim() === '' ? null : app.trim(), email };
  keepSession(account, await postAuth('login', { ...account, password }));
}

async function signOut() {
  const { app, refreshToken } = keptSession();
  sessionStorage.removeItem(KEPT_AS);
  await postAuth('logout', { app, refreshToken });
}

/** Has the schema read again: what it shows may depend on who asks, as in administration. Keeps query and answer. */
function refetchSchema() {
  document.querySelector('.graphiql-sidebar button[aria-label^="Re-fetch"]')?.click();
}

async function change(work) {
  const output = form.querySelector('output');
  output.textContent = '';
  try {
    await work();
    form.elements.namedItem('password').value = '';
    refetchSchema();
  } catch (error) {
    // The form already has the app of the address; platform users belong to no app.
    const more = form.elements.namedItem('app').value === '' ? '' : ' (platform users leave the app blank)';
    output.textContent = `${error.message}${more}`;
  }
  showSession();
}

if (form !== null) {
  // The proposed account is one of the platform.
  const proposed = 'proposed' in form.dataset;
  form.elements.namedItem('app').value = proposed ? '' : (/^\/apps\/([^/]+)\/graphql$/.exec(PATH)?.[1] ?? '');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change(signIn);
  });
  form.querySelector('#sign-out').addEventListener('click', () => change(signOut));
  showSession();
}

/** What GraphiQL keeps, such as tabs and history: a query of one graph is none of another. */
const ownStorage = {
  getItem: (key) => localStorage.getItem(keyOf(key)),
  setItem: (key, value) => localStorage.setItem(keyOf(key), value),
  removeItem: (key) => localStorage.removeItem(keyOf(key)),
  get length() {
    return ownKeys().length;
  },
  clear() {
    for (const key of ownKeys()) localStorage.removeItem(key);
  },
};

const OWN_PREFIX = `rocket:${PATH}:`;

/** The choice of colours is one for all graphs. */
function keyOf(key) {
  return key === 'graphiql:theme' ? key : `${OWN_PREFIX}${key}`;
}

function ownKeys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(OWN_PREFIX));
}

/** The other apps of an app's graph. The page at the root lists the graphs. */
async function neighbours() {
  const response = await fetch('/', { headers: { accept: 'application/json' } });
  const { graphs } = await response.json();
  const graph = graphs?.find(({ path, app }) => path === PATH && app !== undefined);
  return graph?.apps.filter((app) => app !== graph.app) ?? [];
}

async function firstQuery() {
  try {
    return await globalThis.makeStarterQuery(fetcher, await neighbours());
  } catch {
    // Errors are ignored here: GraphiQL reads the schema itself, and shows what is wrong.
    return null;
  }
}

async function start() {
  const hint = [
    '# The book at the left: documentation.',
    form === null ? '# Headers below go with each request.' : '# The line at the top: signing in.',
    '# The triangle at the right: runs this query.',
    '',
  ];
  globalThis.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'Rocket Graph',
    fetcher,
    storage: ownStorage,
    shouldPersistHeaders: false,
    isHeadersEditorEnabled: true,
    headers: JSON.stringify({ Authorization: '' }, null, 2),
    defaultQuery: [...hint, (await firstQuery()) ?? '{\n  __typename\n}\n'].join('\n'),
    // Otherwise the whole query is kept in the address, and each reload sends it to the server and its logs.
    onEditQuery: () => undefined,
  });
}

void start();
