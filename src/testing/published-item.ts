import { randomUUID } from 'node:crypto';

/** What is published of a message, as it goes over the wire. */
export interface Formats {
  readonly 'http-stream'?: object;
  readonly 'http-response'?: object;
  readonly 'ws-message'?: object;
}

export interface Item {
  readonly channel: string;
  readonly id: string;
  readonly formats: Formats;
}

/** Its id is new, so that it isn't taken for a repetition. */
export function itemFor(channel: string, formats: Formats): Item {
  return { channel, id: randomUUID(), formats };
}

/** A text that no other case, and no other run, publishes. */
export function unique(name: string): string {
  return `${name}-${randomUUID().slice(0, 8)}`;
}
