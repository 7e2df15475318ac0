/** Reads the product's own count of SQL statements. */

/** Of all apps together. @param headers a gateway shows its measurements to nobody without a token */
export async function countStatements(
  baseUrl: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const response = await fetch(`${baseUrl}/metrics`, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${baseUrl}/metrics answered ${response.status}`);
  const counts = [...text.matchAll(/^rocket_sql_statements_total(?:\{[^}]*\})? (\S+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}
