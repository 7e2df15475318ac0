import { describe, expect, it } from 'vitest';
import { namesApplicationJson, prefersHtml } from '../../src/http/accept.ts';

const JSON_TYPE = 'application/json';
const MODERN = 'application/graphql-response+json';

describe('the Accept header', () => {
  it.each<[boolean, string | undefined]>([
    [false, undefined],
    [false, ''],
    [false, '*/*'],
    [false, 'application/*'],
    [false, 'nonsense;;,,q=1'],
    [false, `text/plain;title="a, ${JSON_TYPE}"`],
    [false, MODERN],
    [true, JSON_TYPE],
    [true, 'Application/JSON; charset=utf-8'],
    [true, `*/*, ${JSON_TYPE};q=0.1`],
    [false, `${JSON_TYPE};q=0`],
    [false, `${JSON_TYPE};q=nonsense`],
    [true, `${JSON_TYPE}, ${MODERN}`],
    [false, `${MODERN}, ${JSON_TYPE}`],
    [false, `${MODERN}, ${JSON_TYPE};q=0.9`],
    [true, `${MODERN};q=0.8, ${JSON_TYPE};q=0.9`],
    [true, `${MODERN};q=0, ${JSON_TYPE};q=0.1`],
  ])('is %s as one that names application/json: %s', (names, accept) => {
    expect(namesApplicationJson(accept)).toBe(names);
  });

  it.each<[boolean, string | undefined]>([
    [false, undefined],
    [false, '*/*'],
    [false, 'text/*'],
    [true, 'text/html,application/xhtml+xml,*/*;q=0.8'],
    [false, 'text/html;q=0'],
    [true, `text/html, ${JSON_TYPE}`],
    [false, `${JSON_TYPE}, text/html`],
    [false, `${MODERN}, text/html`],
    [true, `${JSON_TYPE};q=0.9, text/html`],
    [false, `text/html;q=0.5, ${JSON_TYPE}`],
  ])('is %s as one of a browser: %s', (isBrowser, accept) => {
    expect(prefersHtml(accept)).toBe(isBrowser);
  });
});
