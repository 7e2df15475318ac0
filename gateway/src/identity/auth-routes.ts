import type { HttpAnswer } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { jsonAnswer, NO_STORE } from '../http/answer.ts';
import type { HttpRequest } from '../http/dispatch.ts';
import { readPublicBody } from '../http/read-public-body.ts';
import { LoginBrake } from './login-brake.ts';
import type { Sessions } from './sessions.ts';

/** Credentials are short, so larger bodies are refused. */
const MAX_BODY_BYTES = 16_384;
const MAX_EMAIL_LENGTH = 320;
const MAX_PASSWORD_LENGTH = 1_024;
const MAX_TOKEN_LENGTH = 4_096;

const app = z.string().max(64).nullish();
const loginBody = z.object({
  app,
  email: z.string().min(1).max(MAX_EMAIL_LENGTH),
  password: z.string().min(1).max(MAX_PASSWORD_LENGTH),
});
const tokenBody = z.object({ app, refreshToken: z.string().min(1).max(MAX_TOKEN_LENGTH) });

export type AuthRoutes = (
  request: HttpRequest,
  action: 'login' | 'refresh' | 'logout',
) => Promise<HttpAnswer>;

export function createAuthRoutes(sessions: Sessions): AuthRoutes {
  const brake = new LoginBrake();
  return async (request, action) => {
    const body = await readPublicBody(request.message, MAX_BODY_BYTES);
    if (action === 'login') return jsonAnswer(200, await login(body, { sessions, brake }));
    const { refreshToken, ...rest } = parseBody(tokenBody, body);
    if (action === 'refresh') {
      return jsonAnswer(200, await sessions.refresh(rest.app ?? null, refreshToken));
    }
    await sessions.logout(rest.app ?? null, refreshToken);
    return { status: 204, headers: NO_STORE, body: '' };
  };
}

async function login(body: unknown, { sessions, brake }: { sessions: Sessions; brake: LoginBrake }) {
  const { email, password, ...rest } = parseBody(loginBody, body);
  const account = rest.app ?? null;
  return await brake.run(account, email, () => sessions.login(account, { email, password }));
}

function parseBody<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new RocketError('BAD_REQUEST', `The request body is not as expected: ${faults.join('; ')}`);
}
