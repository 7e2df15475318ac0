/** People who use the shop through a gateway. */
import { ADMIN, addAppUser, importApp, signIn } from '../admin-api.ts';
import { type Gateway, SHOP_APP } from './gateway.ts';

const PASSWORD = 'a-password-of-the-benchmark';

/** Makes a user of a role, and resolves with the headers of their requests, which serve for longer than a scenario. */
export type AddShopUser = (role: string) => Promise<{ readonly authorization: string }>;

/** Imports the shop's document through a gateway. */
export async function importShop(gateway: Gateway, document: object): Promise<AddShopUser> {
  const { origin: url } = new URL(gateway.url);
  const admin = { url, token: await signIn(url, ADMIN) };
  await importApp(admin, SHOP_APP, document);
  return async (role) => {
    const user = { app: SHOP_APP, email: `${role}@localhost`, password: PASSWORD };
    await addAppUser(admin, { ...user, roles: [role] });
    return { authorization: `Bearer ${await signIn(url, user)}` };
  };
}
