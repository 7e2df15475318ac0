/** Requests as clients of the product send them. */
import { sameAnswer } from './same-answer.ts';

export interface ClientAnswer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export interface AskGraphqlOptions {
  readonly token?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** For what is counted, or differs by nature. */
  readonly once?: boolean;
}

/** Sends a query three times and expects one answer, unless told otherwise. */
export async function askGraphql(
  url: string,
  query: string,
  options: AskGraphqlOptions = {},
): Promise<ClientAnswer> {
  const send = () => askOnce(url, query, options);
  return options.once === true ? await send() : await sameAnswer(query, send);
}

async function askOnce(url: string, query: string, options: AskGraphqlOptions): Promise<ClientAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    body: JSON.stringify({ query, variables: options.variables ?? {} }),
  });
  const body = (await response.json()) as { data?: ClientAnswer['data']; errors?: ClientAnswer['errors'] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

/** @throws when the login is refused */
export async function signIn(
  url: string,
  credentials: { email: string; password: string; app?: string },
): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  });
  const body = (await response.json()) as { accessToken?: string };
  if (body.accessToken === undefined) throw new Error(`The login was refused with ${response.status}`);
  return body.accessToken;
}
