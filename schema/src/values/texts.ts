export type TextProblem = 'nul' | 'half-surrogate';

/**
 * Why a text cannot be stored and returned unchanged; null when it can. Postgres refuses NUL. Half of a surrogate pair
 * has no UTF-8 form: it would be sent as U+FFFD, and find other texts.
 */
export function textProblem(text: string): TextProblem | null {
  if (text.includes('\0')) return 'nul';
  return text.isWellFormed() ? null : 'half-surrogate';
}
