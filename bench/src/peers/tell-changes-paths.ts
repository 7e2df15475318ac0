/** Paths of the bare server of `tell-changes.ts`; at any other, streams are opened. */
export const TELL_CHANGES_PATHS = { changes: '/changes', open: '/open' } as const;
