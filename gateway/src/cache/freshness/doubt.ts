/**
 * Why nothing that is kept of an app can be given.
 * - `unplaced`: no shard has the app.
 * - `unheard`: its events stay in another process.
 * - `own_writes`: something was written here that has not come back although it was waited for.
 * - `unproven`: nothing is known of how complete its events are, as after a start.
 * - `late`: what is known is too old.
 */
export type Doubt = 'unplaced' | 'unheard' | 'own_writes' | 'unproven' | 'late';
