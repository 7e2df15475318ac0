// Prints a platform access token for the administrator of the environment, for commands that run unattended.
const LOGIN_TIMEOUT_MS = 10_000;
const { ROCKET_URL, ROCKET_ADMIN_EMAIL = 'admin@localhost', ROCKET_ADMIN_PASSWORD } = process.env;
if (!ROCKET_URL || !ROCKET_ADMIN_PASSWORD) throw new Error('Set ROCKET_URL and ROCKET_ADMIN_PASSWORD');

const response = await fetch(new URL('/auth/login', ROCKET_URL), {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email: ROCKET_ADMIN_EMAIL, password: ROCKET_ADMIN_PASSWORD }),
  signal: AbortSignal.timeout(LOGIN_TIMEOUT_MS),
});
if (!response.ok)
  throw new Error(`Login was refused with status ${response.status}: ${await response.text()}`);
const { accessToken } = await response.json();
process.stdout.write(accessToken);
