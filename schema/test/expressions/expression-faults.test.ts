import { describe, expect, it } from 'vitest';
import { doubtsOf } from '../../src/expressions/compile/compile-expression.ts';
import { parseExpression, referencesOf } from '../../src/index.ts';
import { faultOf, SCOPE } from '../support/expression-fixture.ts';

describe('faults of expressions', () => {
  it.each([
    ['', '0: An expression is missing'],
    ['   ', '3: An expression is missing'],
    ['record.total >', '14: Expected expression after >'],
    ['(1 + 2', '6: Unclosed ('],
    ['1 + 2)', '5: Unexpected ")"'],
    ['()', '1: Unexpected ")"'],
    ['[1 2]', '3: Expected "," or "]"'],
    ['[1,,2]', '3: Unexpected ","'],
    ['[1,]', '3: Unexpected "]"'],
    ["'abc", '4: Unclosed quote after "abc"'],
    ["'\\d'", '1: Unknown escape \\d; a backslash itself is written \\\\'],
    ['1 ? 2', '5: Expected :'],
    ['not', '3: An expression is missing after "not"'],
    ['--record.quantity', '0: Unexpected "-"'],
    ['! ', '2: An expression is missing after "!"'],
    ['1 2', '2: Unexpected "2"'],
    ['new Date', '8: Expected "("'],
    ['new Foo()', '0: Unknown constructor "Foo" Known: Date'],
    ['recrd.total', '0: Unknown variable "recrd" Did you mean "record"?'],
    ['record.totl > 0', '7: Unknown field "totl" Did you mean "total"?'],
    ["record['totl']", '7: Unknown field "totl" Did you mean "total"?'],
    ['1 + old.statu', '8: Unknown field "statu" Did you mean "status"?'],
    ['related.custmer.total', '8: Unknown relation "custmer" Did you mean "customer"?'],
    ['related.customer.totals', '17: Unknown field "totals" Did you mean "total"?'],
    ['related.lines[0].totals', '17: Unknown field "totals" Did you mean "total"?'],
    ['related.lines.total', '14: A list has no "total"'],
    ['user.mail', '5: Unknown property "mail" Did you mean "email"?'],
    ['record.status.lenght', '14: A value of type string has no "lenght" Did you mean "length"?'],
    ['record.status[0]', '0: A value of type string has no items'],
    ['record.due.year', '11: A value of type date has no "year"'],
    ['lenn(record.status)', '0: Unknown function "lenn" Did you mean "len"?'],
    ['record.status.toLowercase()', '14: Unknown method "toLowercase" Did you mean "toLowerCase"?'],
    ['record.status * 2', '0: "*" does not take a text and a number'],
    ['1 + record.paid', '0: "+" does not take a number and a boolean'],
    ['5 - now', '0: "-" does not take a number and a date'],
    ['record.tags - record.status', '0: "-" does not take a text'],
    ['-record.status', '8: "-" does not take a text'],
    ['record.paid > 0', '0: ">" does not order a boolean'],
    ['1 < record.quantity < 5', '0: "<" does not order a boolean Compare twice: a < b && b < c'],
    ['record.status in 5', '0: Nothing can be in a number'],
    ['true && lower(record.total) == 1', '21: lower() does not take a number'],
    ['record.quantity.includes(1)', '7: includes() does not take a number'],
    ["startsWith('a', record.due)", '23: startsWith() does not take a date'],
    ["matches(record.total, 'a')", '15: matches() does not take a number'],
    ['record.status.getTime()', '7: getTime() does not take a text'],
    ['toLowerCase(record.status)', '0: Unknown function "toLowerCase" Write x.toLowerCase()'],
    ["record.status.matches('a')", '14: Unknown method "matches" Write matches(x, \'pattern\')'],
    ["record.status == 'open' AND record.paid", '24: Unexpected "A" Write it small: "and"'],
    ['record.status is null', '14: Unexpected "i" Write x == null'],
    ["record.status <> 'x'", '15: Expected expression after < Values that differ are found by "!="'],
    ['record.status == ‘open’', '17: "‘open’" is no name Texts stand in straight quotes'],
    ['record.status contains', '14: Unexpected "c"'],
    ["record.total contains 'x'", '7: includes() does not take a number'],
    ['record.status matches record.title', '29: The pattern of matches() must be a text in quotes'],
    ['total > 0', '0: Unknown variable "total" Did you mean "record.total"?'],
    ['record.status == open', '17: Unknown variable "open" Texts stand in quotes. Known: record'],
    ['len()', '0: len() takes 1 argument, not 0'],
    ["startsWith('a')", '0: startsWith() takes 2 arguments, not 1'],
    ["'a'.startsWith()", '4: startsWith() takes 1 argument, not 0'],
    ['now(1)', '0: now() takes 0 arguments, not 1'],
    ['new Date(1, 2)', '0: Date() takes 0 to 1 arguments, not 2'],
    ["matches('a')", '0: matches() takes 2 arguments, not 1'],
    ["matches('a', '(')", '13: No RE2 pattern: error parsing regexp: missing closing ): `(`'],
    ["matches('a', '(?=b)')", '13: No RE2 pattern'],
    ["matches('a', '(a{1,1000}){1,5}')", '13: No RE2 pattern'],
    ["matches('a', '(aaaaaaaaaa){1,100}')", '13: The pattern repeats too much'],
    [`matches('a', '${'a'.repeat(1_001)}')`, '13: The pattern is longer than 1000 characters'],
    [Array(11).fill("matches('a', 'b')").join(' or '), '210: More than 10 patterns'],
    ["matches('a', record.status)", '20: The pattern of matches() must be a text in quotes'],
    ["len(matches('a', '(') and 1)", '17: No RE2 pattern'],
    [`1e1001`, '0: The number has too many digits'],
    [`1e-1001`, '0: The number has too many digits'],
    [`1e99999999999`, '0: The number has too many digits'],
  ])('%s', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  it('says where functions are that a variable is taken for', () => {
    expect(faultOf('nw > 1')).toBe(
      '0: Unknown variable "nw" Did you mean "now"? Known: record, old, action, now, user, related',
    );
  });
});

describe('doubts about expressions', () => {
  it.each([
    ["1 > 2 || record.quantity == '5'", '9: "==" is always false between a number and a text'],
    ["record.total >= '5'", '0: ">=" is always false between a number and a text'],
    ["'true' != record.paid", '0: "!=" is always true between a text and a boolean'],
    ['record.due > 20240101', '0: ">" is always false between a date and a number'],
    [
      "record.due > '2024-01-01' && record.total != '' && record.details == 5 && record.paid == null",
      undefined,
    ],
  ])('%s', (text, doubt) => {
    const parsed = parseExpression(text);
    if (!parsed.ok) throw new Error(parsed.fault.message);
    const [found] = doubtsOf(parsed.expression, SCOPE);
    expect(found && `${found.position}: ${found.message}`).toBe(doubt);
  });
});

describe('references of expressions', () => {
  it.each([
    ['record.a + record.b * record.a', ['record.a', 'record.b']],
    ["old['x'] == record.y.z[0]", ['old.x', 'record.y']],
    ['related.lines.length > 0 ? user.id : action', ['related.lines', 'user.id', 'action']],
    ["record['a' + old.b]", ['record', 'old.b']],
    ["lower(record.a).startsWith([old.b, 'x'][0])", ['record.a', 'old.b']],
    ['!record.a && -old.c > now() ', ['record.a', 'old.c']],
    ['record', ['record']],
    ['1 + 2', []],
  ])('%s', (text, names) => {
    const parsed = parseExpression(text);
    const found = parsed.ok ? referencesOf(parsed.expression) : [];
    expect(
      found.map(({ variable, member }) => (member === null ? variable : `${variable}.${member}`)),
    ).toEqual(names);
  });
});
