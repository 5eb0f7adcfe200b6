const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** True for a token of HTTP (RFC 9110, 5.6.2): the name of a header, a filter or a subprotocol is one. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
