/** One measurement a round. */
export interface Measured<Name extends string, T> {
  readonly name: Name;
  readonly rounds: readonly T[];
}

interface Turn<Name extends string, T> {
  readonly name: Name;
  readonly measure: () => Promise<T>;
}

/** One after the other within a round, so that whatever disturbs the machine disturbs all. */
export async function inTurns<Name extends string, T>(
  rounds: number,
  turns: readonly Turn<Name, T>[],
): Promise<readonly Measured<Name, T>[]> {
  const measured = turns.map((): T[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { measure }] of turns.entries()) measured[index]?.push(await measure());
  }
  return turns.map(({ name }, index) => ({ name, rounds: measured[index] ?? [] }));
}
