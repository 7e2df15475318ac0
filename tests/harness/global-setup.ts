/** Silences graphql's development checks and Apollo's reporting before any test file loads them. */
export function setup(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
}
