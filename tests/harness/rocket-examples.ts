/**
 * Two documents of Rocket's own that are not part of this repository: they stand in `shared/` beside it where the
 * conformance suite is to run on them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../shared/rocket-examples');

/** False where the documents are not beside the repository; the suites that need them are then skipped. */
export const HAS_ROCKET_EXAMPLES = existsSync(FOLDER);

export function rocketExample(name: 'helpdesk-ticketing' | 'content-management'): unknown {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
}
