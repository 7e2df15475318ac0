import { type AppName, appName, RocketError } from '@rocket/schema';

/** `sales` is a role in the user's own app, `helpdesk:agent` one in app `helpdesk`. */
export function rolesByApp(roles: readonly string[], own: AppName): Record<string, string[]> {
  const byApp = new Map<string, string[]>();
  for (const role of roles) {
    const at = role.indexOf(':');
    const app = at < 0 ? own : appName(role.slice(0, at));
    const name = role.slice(at + 1).trim();
    if (name === '') throw new RocketError('BAD_USER_INPUT', `Role ${JSON.stringify(role)} has no name`);
    byApp.set(app, [...(byApp.get(app) ?? []), name]);
  }
  return Object.fromEntries(byApp);
}
