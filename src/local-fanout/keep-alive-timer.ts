/** Pushpin sends keep-alives up to this many milliseconds early, so that not all connections wake at once. */
const SPREAD = 1000;

export interface KeepAliveOptions {
  /** In milliseconds. */
  readonly timeout: number;
  /** Counts from the last bytes sent, not from the last keep-alive. */
  readonly idle: boolean;
}

/** Calls back whenever a connection is due a keep-alive. */
export class KeepAliveTimer {
  readonly #options: KeepAliveOptions;
  readonly #send: () => void;
  #timer: NodeJS.Timeout;

  constructor(options: KeepAliveOptions, send: () => void) {
    this.#options = options;
    this.#send = send;
    this.#timer = this.#start();
  }

  /** Something was sent. */
  touch(): void {
    if (!this.#options.idle) return;
    clearTimeout(this.#timer);
    this.#timer = this.#start();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(
      () => {
        this.#timer = this.#start();
        this.#send();
      },
      Math.max(this.#options.timeout - Math.random() * SPREAD, 0),
    );
  }
}
