import { GraphQLError, Kind, visit } from 'graphql';
import type { OwnDefinitions } from './own-definitions.ts';

/**
 * Nullable variables in `@skip` and `@include`, which GraphQL allows when they have a default: executors fail when such
 * a variable is null.
 */
export function nullableConditions({ operation, fragments }: OwnDefinitions): readonly string[] {
  const nullable = new Set(
    (operation.variableDefinitions ?? [])
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  if (nullable.size === 0) return [];
  const found = new Set<string>();
  for (const node of [operation, ...fragments]) {
    visit(node, {
      Directive: ({ name, arguments: given = [] }) => {
        if (name.value !== 'include' && name.value !== 'skip') return;
        for (const { value } of given) {
          if (value.kind === Kind.VARIABLE && nullable.has(value.name.value)) found.add(value.name.value);
        }
      },
    });
  }
  return [...found];
}

/** The first condition variable whose value is null; null when there is none. */
export function nullCondition(
  conditions: readonly string[],
  variables: Readonly<Record<string, unknown>> | undefined,
): string | null {
  return conditions.find((name) => variables?.[name] === null) ?? null;
}

/** @throws GraphQLError `BAD_USER_INPUT` */
export function checkConditions(
  conditions: readonly string[],
  variables: Readonly<Record<string, unknown>> | undefined,
): void {
  const name = nullCondition(conditions, variables);
  if (name === null) return;
  throw new GraphQLError(`Variable "$${name}" decides about fields, so it must be true or false, not null`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
