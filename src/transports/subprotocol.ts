import { ConfigurationError } from '../errors.js';
import { isToken } from '../protocol/token.js';

/** @throws ConfigurationError for a name that is no token (RFC 6455, 4.1). */
export function checkProtocols(protocols: readonly string[]): void {
  for (const protocol of protocols) {
    if (!isToken(protocol)) {
      throw new ConfigurationError('A subprotocol is named by letters, digits, hyphens and dots.');
    }
  }
}

/** The first of ours that the client offers; names are compared as they are (RFC 6455, 11.3.4). */
export function chosenProtocol(
  protocols: readonly string[],
  offered: string | undefined,
): string | undefined {
  if (protocols.length === 0 || offered === undefined) return undefined;
  const all = offered.split(',').map((each) => each.trim());
  return protocols.find((protocol) => all.includes(protocol));
}
