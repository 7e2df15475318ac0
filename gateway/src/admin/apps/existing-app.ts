import { type AppName, appName, RocketError } from '@rocket/schema';
import type { AdminParts } from '../parts.ts';

/** The app of this name, according to the view. @throws RocketError `APP_NOT_FOUND` */
export function existingApp(app: string, { view }: Pick<AdminParts, 'view'>): AppName {
  const name = appName(app);
  if (view.current.apps.has(name)) return name;
  throw new RocketError('APP_NOT_FOUND', `There is no app ${name}`);
}
