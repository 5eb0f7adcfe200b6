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

/** The code or the settings that use this package ask for something that cannot work. */
export class ConfigurationError extends FanoutError {
  override readonly name = 'ConfigurationError';
}
