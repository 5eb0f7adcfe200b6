/** What a transport must pass on as it is. */
export const EVERY_BYTE: Buffer = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
export const UNICODE: string = 'Grüße, 世界, 👋🏽, \u0000, \u2028, \ufeff, a\r\nb';

/** Whoever gets it past the service subscribes to what the service never offered. */
export const INJECTED_CHANNEL: string = 'private-x';
export const INJECTION: string = `c:{"type":"subscribe","channel":"${INJECTED_CHANNEL}"}`;

/** Headers that mean something to Fanout, and must mean nothing when they come from a client. */
export const FORGEABLE: Readonly<Record<string, string>> = {
  'Meta-User': 'admin',
  'Connection-Id': 'somebody-else',
  'Grip-Last': 'test; last-id=1',
  'Grip-Hold': 'response',
  'Grip-Channel': 'private',
  'Grip-Feature': 'none',
  'Grip-Status': '418',
  'Set-Meta-User': 'admin',
};
