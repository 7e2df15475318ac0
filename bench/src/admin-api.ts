/** What a benchmark asks of the admin API of a running gateway. */
import { z } from 'zod';
import { postJson } from './http.ts';

export const ADMIN = { email: 'bench@localhost', password: 'a-password-of-the-benchmark' };

const IMPORT_APP =
  'mutation($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }';
const ADD_USER =
  'mutation($app: ID!, $email: String!, $password: String!, $roles: [String!]!) { addUser(app: $app, email: $email, password: $password, roles: $roles) { id } }';

/** Access token of a platform user, or of an app's user where `app` is given. */
export async function signIn(
  gatewayUrl: string,
  credentials: { app?: string; email: string; password: string },
): Promise<string> {
  const answer = await postJson(`${gatewayUrl}/auth/login`, {}, JSON.stringify(credentials));
  return z.object({ accessToken: z.string() }).parse(JSON.parse(answer)).accessToken;
}

export async function importApp(
  admin: { url: string; token: string },
  name: string,
  document: unknown,
): Promise<void> {
  await mutate(admin, IMPORT_APP, { name, document });
}

export async function addAppUser(
  admin: { url: string; token: string },
  user: { app: string; email: string; password: string; roles: readonly string[] },
): Promise<void> {
  await mutate(admin, ADD_USER, user);
}

async function mutate(
  admin: { url: string; token: string },
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<void> {
  await askAdmin(admin, query, variables);
}

/** @returns the answer, without an error in it, to be parsed */
export async function askAdmin(
  { url, token }: { url: string; token: string },
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const body = JSON.stringify({ query, variables });
  const answer = await postJson(`${url}/admin/graphql`, { authorization: `Bearer ${token}` }, body);
  if (answer.includes('"errors"')) throw new Error(`The admin API refused: ${answer}`);
  return JSON.parse(answer);
}
