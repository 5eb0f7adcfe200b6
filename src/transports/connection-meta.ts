import { ConfigurationError, ProtocolError } from '../errors.js';
import { jsonOf } from '../protocol/message-data.js';

/** Bytes of a connection's state, as JSON in ASCII: it comes back with every request. */
const MAX_STATE = 4096;

// Fanout keeps these with the connection, and sends them with each of its requests as `Meta-…`.
const EXPIRES = 'Fanout-Expires';
const CHANNELS = 'Fanout-Channels';
const STATE = 'Fanout-State';

/**
 * What Fanout remembers of a connection for the service, which itself remembers nothing.
 *
 * To be trusted only in a signed request of exactly the media type of WebSocket events: in any other these headers
 * may be the client's own.
 */
export class ConnectionMeta {
  readonly #request: Headers;
  readonly #changes = new Map<string, string>();
  /** Parsed when it is asked for first. */
  #state: { value: unknown } | undefined;

  constructor(request: Headers) {
    this.#request = request;
  }

  /** When the right to listen ends, in seconds since 1970. */
  get expires(): number | undefined {
    const expires = this.#read(EXPIRES);
    return expires === undefined ? undefined : Number(expires);
  }

  set expires(seconds: number) {
    this.#changes.set(EXPIRES, String(Math.floor(seconds)));
  }

  get hasExpired(): boolean {
    const { expires } = this;
    // What can't be compared, as NaN, has expired.
    return expires !== undefined && !(Date.now() / 1000 < expires);
  }

  /** The names that the connection is subscribed to. */
  get channels(): readonly string[] {
    return (this.#read(CHANNELS) ?? '').split(',').filter((name) => name !== '');
  }

  set channels(names: readonly string[]) {
    this.#changes.set(CHANNELS, names.join(','));
  }

  /** What the service's handlers keep; what is changed in it counts as well. */
  get state(): unknown {
    this.#state ??= { value: parsed(this.#read(STATE)) };
    return this.#state.value;
  }

  /** @throws ConfigurationError for what JSON can't hold, and for more than {@link MAX_STATE}. */
  set state(value: unknown) {
    encoded(value);
    this.#state = { value };
  }

  /**
   * Tells Fanout what has changed.
   *
   * @throws ConfigurationError for a state that has become what can't be kept.
   */
  write(response: Headers): void {
    if (this.#state !== undefined) this.#changes.set(STATE, encoded(this.#state.value));
    for (const [name, value] of this.#changes) {
      // An empty value deletes it.
      if (value !== (this.#request.get(`Meta-${name}`) ?? '')) response.set(`Set-Meta-${name}`, value);
    }
  }

  #read(name: string): string | undefined {
    return this.#changes.get(name) ?? this.#request.get(`Meta-${name}`) ?? undefined;
  }
}

function parsed(json: string | undefined): unknown {
  if (json === undefined || json === '') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    throw new ProtocolError('Expected the state of the connection as JSON, found other text.');
  }
}

/** In ASCII, as a header has it; nothing of a value can end the header, since JSON escapes control characters. */
function encoded(value: unknown): string {
  if (value === undefined) return '';
  const json = jsonOf(value);
  if (json === undefined) throw new ConfigurationError(`The state of a session can't be written as JSON.`);
  const ascii = json.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (ascii.length > MAX_STATE) {
    throw new ConfigurationError(
      `Expected the state of a session to have at most ${MAX_STATE} bytes as JSON, found ${ascii.length}.`,
    );
  }
  return ascii;
}
