/** Administrators of the platform, as the rest of the product sees them. */
export interface PlatformUser {
  readonly id: string;
  readonly email: string;
  readonly active: boolean;
}

export interface PlatformUsers {
  /** @throws RocketError `CONFLICT` when the e-mail is taken. */
  add(input: { email: string; password: string }): Promise<PlatformUser>;
  /** Ends the user's sessions, and revokes their access tokens. @throws RocketError `NOT_FOUND` */
  setPassword(input: { email: string; password: string }): Promise<void>;
  list(): Promise<readonly PlatformUser[]>;
  /** Revokes their access tokens too. @throws RocketError `NOT_FOUND`; `CONFLICT` for the last one who can sign in */
  remove(email: string): Promise<void>;
  login(input: { email: string; password: string }): Promise<{ user: PlatformUser; refreshToken: string }>;
  refresh(refreshToken: string): Promise<{ user: PlatformUser; refreshToken: string }>;
  logout(refreshToken: string): Promise<void>;
}
