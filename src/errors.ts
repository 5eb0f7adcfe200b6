/** What every error of this package is an instance of. No message ever holds a token, a key or a payload. */
export class FanoutError extends Error {
  override readonly name: string = 'FanoutError';
}

/** What came over the wire is not what the protocol allows; answered with status 400. */
export class ProtocolError extends FanoutError {
  override readonly name = 'ProtocolError';
}

/** A `Grip-Sig` that does not prove that Fanout sent the request; answered with status 403. */
export class SignatureError extends FanoutError {
  override readonly name = 'SignatureError';
}

/** A client that may not listen, and why; thrown by `channels` or `authorize`, answered with its status. */
export class AuthorizationError extends FanoutError {
  override readonly name = 'AuthorizationError';
  /** 401: who it is, is not known; 403: it may not. */
  readonly status: 401 | 403;

  constructor(message: string, status: 401 | 403 = 403, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The code or the settings that use this package ask for something that cannot work. */
export class ConfigurationError extends FanoutError {
  override readonly name = 'ConfigurationError';
}

/** What is known of a publish that an endpoint did not accept. */
export interface PublishFailure {
  /** The URL of the endpoint, without its query. */
  readonly endpoint: string;
  /** That of the last answer; `undefined` when the last try got none. */
  readonly status: number | undefined;
  /** Those that were published to. */
  readonly channels: readonly string[];
  /** How often it was tried. */
  readonly attempts: number;
  /**
   * The ids of the messages that aren't known to be accepted by every endpoint, in the order in which they were
   * given. Who publishes these again within a minute, with these ids, delivers nothing twice.
   */
  readonly ids: readonly string[];
}

/** An endpoint did not accept what was published. */
export class PublishError extends FanoutError implements PublishFailure {
  override readonly name = 'PublishError';
  readonly endpoint: string;
  readonly status: number | undefined;
  readonly channels: readonly string[];
  readonly attempts: number;
  readonly ids: readonly string[];
  /** The errors of the other endpoints that did not accept it either. */
  readonly others: readonly PublishError[];

  constructor(
    message: string,
    failure: PublishFailure,
    options: ErrorOptions & { readonly others?: readonly PublishError[] } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.endpoint = failure.endpoint;
    this.status = failure.status;
    this.channels = failure.channels;
    this.attempts = failure.attempts;
    this.ids = failure.ids;
    this.others = options.others ?? [];
  }
}
