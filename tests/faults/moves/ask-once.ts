/** One request as a client sends it, and what came of it. */
export interface Asking {
  readonly url: string;
  readonly token: string;
  /** With the one field `it`. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The consistency token of what the answer has to have; null for none. */
  readonly after: string | null;
}

export interface Reply {
  readonly it: unknown;
  /** Of what was written. */
  readonly token: string | null;
  /** Null when it was answered as it should be. */
  readonly fault: string | null;
}

interface Body {
  readonly data?: { readonly it?: unknown } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Longer than anything that is waited for on purpose. */
const TIMEOUT_MS = 40_000;

/** Never rejects. */
export async function askOnce({ url, token, query, variables, after }: Asking): Promise<Reply> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', authorization: `Bearer ${token}` },
        ...(after === null ? {} : { 'x-rocket-consistency': after }),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data, errors } = (await response.json()) as Body;
    const it = data?.it ?? null;
    return { it, token: response.headers.get('x-rocket-consistency'), fault: faultOf(it, errors?.[0]) };
  } catch (error) {
    return { it: null, token: null, fault: error instanceof Error ? error.message : String(error) };
  }
}

function faultOf(it: unknown, error: NonNullable<Body['errors']>[number] | undefined): string | null {
  if (error !== undefined) return `${error.extensions?.code}: ${error.message}`;
  const [refusal] = (it as { errors?: readonly { code: string }[] } | null)?.errors ?? [];
  return refusal?.code ?? null;
}
