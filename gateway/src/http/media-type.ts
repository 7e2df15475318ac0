import { MIMEType } from 'node:util';

/** A content-type header as it is to be read, names in lower case; null for none and for what is not a media type. */
export function mediaType(header: string | readonly string[] | undefined): MIMEType | null {
  if (typeof header !== 'string') return null;
  try {
    return new MIMEType(header);
  } catch {
    // A syntax error is all it throws, and the caller has to refuse the type in any case.
    return null;
  }
}
