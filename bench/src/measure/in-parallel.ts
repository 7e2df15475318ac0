/** Works on so many inputs at a time. Results are in the order of the inputs. */
export async function inParallel<T, R>(
  inputs: readonly T[],
  atATime: number,
  work: (input: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < inputs.length; index = next++) {
      const input = inputs[index];
      if (input !== undefined) results[index] = await work(input);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}
