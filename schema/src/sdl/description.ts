/** One-line string literal of the description, or nothing. JSON's escapes are a subset of GraphQL's. */
export function describe(text: string | undefined, indent = ''): string {
  if (text === undefined || text.trim() === '') return '';
  // A lone surrogate is legal in JSON and refused by GraphQL's lexer.
  return `${indent}${JSON.stringify(text.trim().toWellFormed())}\n`;
}
