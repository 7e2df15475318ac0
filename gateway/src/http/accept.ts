/** Reading the Accept header, as far as our own decisions need it; Apollo Server negotiates the rest. */

interface Range {
  readonly type: string;
  readonly quality: number;
}

/** True when the caller names `application/json` and does not prefer `application/graphql-response+json` to it. */
export function namesApplicationJson(accept: string | undefined): boolean {
  const ranges = parseAccept(accept);
  const json = ranges.findIndex((range) => range.type === 'application/json' && range.quality > 0);
  if (json < 0) return false;
  const modern = ranges.findIndex((range) => range.type === 'application/graphql-response+json');
  if (modern < 0) return true;
  const qualities = { json: ranges[json]?.quality ?? 0, modern: ranges[modern]?.quality ?? 0 };
  return qualities.json === qualities.modern ? json < modern : qualities.json > qualities.modern;
}

/** True for a browser that navigates: it names HTML, and names no JSON before it. */
export function prefersHtml(accept: string | undefined): boolean {
  const ranges = parseAccept(accept);
  const html = ranges.findIndex((range) => range.type === 'text/html' && range.quality > 0);
  if (html < 0) return false;
  const json = ranges.findIndex((range) => /^application\/(graphql-response\+)?json$/.test(range.type));
  return json < 0 || html < json;
}

function parseAccept(accept: string | undefined): Range[] {
  return (accept ?? '').split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    if (type === '') return [];
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const value = quality === undefined ? 1 : Number(quality);
    return [{ type, quality: Number.isFinite(value) ? value : 0 }];
  });
}
