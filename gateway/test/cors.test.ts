import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, documentOf, type World } from './support/world.ts';

const FRONT = 'https://front.example';
const CRM = '/apps/crm/graphql';
let world: World;
beforeAll(async () => {
  world = await createWorld({ corsOrigins: [FRONT] });
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

const send = (path: string, origin: string, init: RequestInit = {}) =>
  fetch(`${world.url}${path}`, { ...init, headers: { ...init.headers, origin } });
const preflight = (path: string, origin: string) =>
  send(path, origin, {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
const query = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: '{"query":"{__typename}"}',
});

describe('a page of another origin', () => {
  it.each([CRM, '/graphql', '/auth/login'])('may ask %s when its origin is listed', async (path) => {
    const { status, headers } = await preflight(path, FRONT);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(FRONT);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/);
    // Tokens travel in a header; cookies never count.
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('can read answers and refusals alike', async () => {
    const answers = [
      await send(CRM, FRONT, query()),
      await send(CRM, FRONT, query({ authorization: 'Bearer nonsense' })),
      await send('/apps/nobody/graphql', FRONT, query()),
      await send('/auth/login', FRONT, query()),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 400]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(FRONT);
      expect(headers.get('vary')).toMatch(/origin/i);
      expect(headers.get('access-control-expose-headers')).toMatch(/x-request-id/);
    }
  });

  it.each([
    { path: CRM, origin: 'https://front.example.evil' },
    { path: CRM, origin: 'http://front.example' },
    { path: CRM, origin: 'null' },
    { path: '/admin/graphql', origin: FRONT },
    { path: '/metrics', origin: FRONT },
  ])('gets no leave for $path from $origin', async ({ path, origin }) => {
    expect((await preflight(path, origin)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await send(path, origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('gets no leave at all unless told otherwise, and any page with an asterisk', async () => {
    for (const { origins, allowed } of [
      { origins: [], allowed: null },
      { origins: ['*'], allowed: '*' },
    ]) {
      const own = await createWorld({ corsOrigins: origins });
      const { headers } = await fetch(`${own.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: FRONT },
      });
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      await own.close();
    }
  });
});
