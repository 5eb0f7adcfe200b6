import type { GripSignature } from './protocol/grip-signature.js';
import { WEBSOCKET_EVENTS_TYPE } from './protocol/websocket-events.js';

const LAST_ID = 'last-id=';

/** What a request from Fanout says, beside what the client said. */
export class GripRequest {
  readonly #headers: Headers;
  readonly #signature: Partial<GripSignature> | undefined;

  /** @param signature without issuer and expiry where something else proves that Fanout sent it. */
  constructor(headers: Headers, signature: Partial<GripSignature> | undefined) {
    this.#headers = headers;
    this.#signature = signature;
  }

  /** True when Fanout sent the request, proven by its signature or the proof of a handoff; false for a client's own, on the first pass. */
  get verified(): boolean {
    return this.#signature !== undefined;
  }

  /** Whose signature it was; `undefined` where it was not looked at, since a proof of the handoff came along. */
  get issuer(): string | undefined {
    return this.#signature?.issuer;
  }

  /** When the signature expires, in seconds since 1970; `undefined` as above. */
  get expires(): number | undefined {
    return this.#signature?.expires;
  }

  /** What Fanout can do: `status`, `link:next`, `filter:skip-self` and so on. */
  get features(): readonly string[] {
    return this.#read('Grip-Feature')
      .split(',')
      .map((feature) => feature.trim())
      .filter((feature) => feature !== '');
  }

  /** For each channel the id of the last message that the client got, where Fanout asks how to go on. */
  get lastIds(): ReadonlyMap<string, string> {
    // Taken apart, not searched: with a signature anyone may send this, of any length.
    const entries = this.#read('Grip-Last')
      .split(',')
      .map((entry) => entry.split(';').map((part) => part.trim()));
    return new Map(
      entries.flatMap(([channel = '', ...parameters]) => {
        const id = parameters.find((parameter) => parameter.startsWith(LAST_ID));
        return channel === '' || id === undefined ? [] : [[channel, id.slice(LAST_ID.length).trim()]];
      }),
    );
  }

  /** Fanout's name for a WebSocket; the same in all its requests. */
  get connectionId(): string | undefined {
    // Of other requests Fanout passes on what a client says, under its signature.
    const isEvents = this.#headers.get('Content-Type') === WEBSOCKET_EVENTS_TYPE;
    return (isEvents && this.#read('Connection-Id')) || undefined;
  }

  /** Any client can send these headers: they mean something under a signature only. */
  #read(name: string): string {
    return this.verified ? (this.#headers.get(name) ?? '') : '';
  }
}
