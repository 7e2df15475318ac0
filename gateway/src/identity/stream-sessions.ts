import type { CatalogView } from '@rocket/platform';
import type { Authenticator } from './authenticator.ts';
import { ANONYMOUS, type Identity } from './identity.ts';

/** Who a stream is for. It may go on for longer than its token counts, so whoever keeps it open has to look again. */
export interface StreamSession {
  readonly identity: Identity;
  /** Unix ms; null for an anonymous caller. */
  readonly expiresAtMs: number | null;
  /** True once the token is refused, although it has not expired. Cheap. */
  readonly isRevoked: () => boolean;
}

export interface StreamSessions {
  /** @throws RocketError `UNAUTHENTICATED` for anything but a valid token or no header at all */
  open(authorization: string | undefined): Promise<StreamSession>;
  /**
   * Calls back when tokens may have been revoked: each session is to be asked again then. What was revoked before the
   * listener was added is not told, so a session that was opened before is to be asked once more. Returns the function
   * that unsubscribes.
   */
  onChange(listener: () => void): () => void;
}

export function createStreamSessions(parts: {
  readonly authenticator: Pick<Authenticator, 'verify' | 'isRevoked'>;
  readonly view: Pick<CatalogView, 'onChange'>;
}): StreamSessions {
  const { authenticator, view } = parts;
  return {
    async open(authorization) {
      const token = await authenticator.verify(authorization);
      if (token === null) return { identity: ANONYMOUS, expiresAtMs: null, isRevoked: () => false };
      const { identity, expiresAtMs } = token;
      return { identity, expiresAtMs, isRevoked: () => authenticator.isRevoked(token) };
    },
    onChange: (listener) => view.onChange(() => listener()),
  };
}
