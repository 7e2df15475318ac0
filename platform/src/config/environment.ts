/** The only place of the product that reads `process.env`; everything else is given a parsed {@link Config}. */
export function readProcessEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}

/** Kept because they are used for addresses without a password, and for nothing else. */
const KEPT = new Set(['PGPASSWORD', 'PGPASSFILE']);

/**
 * Removes the variables of PostgreSQL's own programs from the process: `PGOPTIONS`, `PGSSLMODE` and others are meant
 * for the `psql` of the user's shell, but the driver would obey them for every server, the embedded one too. Addresses
 * contain everything that connections need. Call it before the first connection.
 */
export function forgetPostgresVariables(): void {
  for (const name of Object.keys(process.env)) {
    if (/^PG[A-Z]/.test(name) && !KEPT.has(name)) delete process.env[name];
  }
}
