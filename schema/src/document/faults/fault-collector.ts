import type { DocumentFault } from './faults.ts';
import { comparePositions, documentPosition, formatPath, type JsonPath } from './json-path.ts';

/** Most faults of one severity that are reported. */
export const MAX_REPORTED_FAULTS = 100;
/** A hostile document can hold a fault per property: beyond this many nothing more is remembered. */
const MAX_COLLECTED_FAULTS = 10_000;

/** Hints that search for a similar name cost time, so they are made only for the faults that are reported. */
export type Hint = string | (() => string | undefined);

interface CollectedFault {
  readonly path: JsonPath;
  readonly message: string;
  readonly hint: Hint | undefined;
}

/** Gathers what the checks find; every check runs to its end, so that one import shows all there is to correct. */
export class FaultCollector {
  readonly #errors: CollectedFault[] = [];
  readonly #warnings: CollectedFault[] = [];

  error(path: JsonPath, message: string, hint?: Hint): void {
    if (this.#errors.length < MAX_COLLECTED_FAULTS) this.#errors.push({ path, message, hint });
  }

  warning(path: JsonPath, message: string, hint?: Hint): void {
    if (this.#warnings.length < MAX_COLLECTED_FAULTS) this.#warnings.push({ path, message, hint });
  }

  get hasErrors(): boolean {
    return this.#errors.length > 0;
  }

  /** In the order of `root`, the document as it was given. */
  errors(root: unknown): DocumentFault[] {
    return report('error', this.#errors, root);
  }

  warnings(root: unknown): DocumentFault[] {
    return report('warning', this.#warnings, root);
  }
}

function report(
  severity: DocumentFault['severity'],
  collected: readonly CollectedFault[],
  root: unknown,
): DocumentFault[] {
  return collected
    .map((fault) => ({ fault, position: documentPosition(root, fault.path) }))
    .sort((a, b) => comparePositions(a.position, b.position))
    .slice(0, MAX_REPORTED_FAULTS)
    .map(({ fault }) => toFault(severity, fault));
}

function toFault(severity: DocumentFault['severity'], fault: CollectedFault): DocumentFault {
  const hint = typeof fault.hint === 'function' ? fault.hint() : fault.hint;
  const stated = { severity, path: formatPath(fault.path), message: fault.message };
  return hint === undefined ? stated : { ...stated, hint };
}
