import { MIMEType } from 'node:util';

/** Parses a content-type header, with names in lower case; null without one and for an invalid media type. */
export function mediaType(header: string | readonly string[] | undefined): MIMEType | null {
  if (typeof header !== 'string') return null;
  try {
    return new MIMEType(header);
  } catch {
    // The parser only throws syntax errors, and the caller has to refuse the type anyway.
    return null;
  }
}
