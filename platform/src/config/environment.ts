/** The only place of the product that reads `process.env`; everything else is given a parsed {@link Config}. */
export function readProcessEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}
