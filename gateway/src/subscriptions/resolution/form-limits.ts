import { RocketError } from '@rocket/schema';

/**
 * Of one caller in this process. Records are read for each form on its own, and reads take turns, so that one caller with
 * thousands of forms would hold up all others. Subscriptions that differ in `id`, cursor or operations have one form.
 */
const MAX_FORMS = 1_000;

/** Bounds how many forms of subscriptions each caller has open. */
export class FormLimits {
  readonly #max: number;
  /** How many hold each form, by caller. */
  readonly #held = new Map<string, Map<string, number>>();

  constructor(max: number = MAX_FORMS) {
    this.#max = max;
  }

  /** Returns what gives it back; called once. @throws RocketError `TOO_MANY_REQUESTS` */
  take(caller: string, form: string): () => void {
    const forms = this.#held.get(caller) ?? new Map<string, number>();
    const holders = forms.get(form) ?? 0;
    if (holders === 0 && forms.size >= this.#max) {
      throw new RocketError(
        'TOO_MANY_REQUESTS',
        `There are subscriptions of ${this.#max} forms open already`,
      );
    }
    this.#held.set(caller, forms.set(form, holders + 1));
    return () => {
      const left = (forms.get(form) ?? 0) - 1;
      if (left > 0) forms.set(form, left);
      else forms.delete(form);
      if (forms.size === 0 && this.#held.get(caller) === forms) this.#held.delete(caller);
    };
  }
}
