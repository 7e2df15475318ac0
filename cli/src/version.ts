import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The package file of the whole product: its packages are released together. */
const PACKAGE_FILE = join(import.meta.dirname, '../../package.json');

const Package = z.object({ version: z.string() });

/** Version of the product. */
export function readVersion(): string {
  return Package.parse(JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'))).version;
}
