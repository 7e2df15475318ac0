/** Runs in the browser: starts GraphiQL, and keeps the session that its requests are sent in. */

/** Renewed this long before it expires, so that no request arrives with a token that has just done so. */
const RENEW_EARLY_MS = 30_000;
/** One session per address: a token of one app is refused by another. Gone with the tab. */
const KEPT_AS = `rocket-session:${location.pathname}`;

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

/** The token of the session; null when nobody is signed in. A refresh token works once, so one request renews for all. */
async function currentToken() {
  const session = keptSession();
  if (session === null) return null;
  if (Date.now() < session.expiresAtMs - RENEW_EARLY_MS) return session.accessToken;
  renewing ??= renew(session).finally(() => {
    renewing = null;
  });
  return await renewing;
}

/** An Authorization header that somebody has typed wins over the session. */
async function fetcher(parameters, { headers: typed = {} } = {}) {
  const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  if ((headers.get('authorization') ?? '').trim() === '') {
    const token = await currentToken();
    if (token === null) headers.delete('authorization');
    else headers.set('authorization', `Bearer ${token}`);
  }
  const body = JSON.stringify(parameters);
  const response = await fetch(location.pathname, { method: 'POST', headers, body });
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
    // The app of the address stands in the form already; whoever administers the platform belongs to none.
    const more = form.elements.namedItem('app').value === '' ? '' : ' (platform users leave the app blank)';
    output.textContent = `${error.message}${more}`;
  }
  showSession();
}

if (form !== null) {
  form.elements.namedItem('app').value = /^\/apps\/([^/]+)\/graphql$/.exec(location.pathname)?.[1] ?? '';
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change(signIn);
  });
  form.querySelector('#sign-out').addEventListener('click', () => change(signOut));
  showSession();
}

const hint = [
  '# The book at the left: documentation.',
  form === null ? '# Headers below go with each request.' : '# The line at the top: signing in.',
  '',
  '{',
  '  __typename',
  '}',
  '',
];

globalThis.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
  title: 'Rocket Graph',
  fetcher,
  shouldPersistHeaders: false,
  isHeadersEditorEnabled: true,
  headers: JSON.stringify({ Authorization: '' }, null, 2),
  defaultQuery: hint.join('\n'),
  // Otherwise the whole query is kept in the address, and each reload sends it to the server and its logs.
  onEditQuery: () => undefined,
});
