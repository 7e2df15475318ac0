/** Values of headers, which may hold `{{env.NAME}}` so that no document holds a secret. */

const NAME = '[A-Za-z_][A-Za-z0-9_]*';

/** The name of a variable of the environment. */
export const ENVIRONMENT_NAME = new RegExp(`^${NAME}$`);
const VARIABLE = new RegExp(`\\{\\{\\s*env\\.(${NAME})\\s*\\}\\}`);

/** Text as it is, or the value of a variable of the environment. */
export type HeaderPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

export function readHeaderTemplate(value: string): HeaderPart[] {
  // Split by a pattern with one group: texts and names take turns.
  return value.split(VARIABLE).flatMap((part, place): HeaderPart[] => {
    if (place % 2 === 1) return [{ kind: 'variable', name: part }];
    return part === '' ? [] : [{ kind: 'text', text: part }];
  });
}
