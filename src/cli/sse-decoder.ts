/** An event as a browser would dispatch it. */
export interface ReceivedEvent {
  readonly event: string;
  readonly data: string;
  /** Its own; a browser tells the one of the last event that had one. */
  readonly id: string | undefined;
}

/**
 * Reads a stream of server-sent events, in pieces of any size.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseDecoder {
  /** Of the last event that had one; what a browser sends as `Last-Event-ID`. */
  lastId = '';
  /** How long to wait before connecting again, in milliseconds, once the stream said so. */
  retry: number | undefined;
  readonly #decoder = new TextDecoder(); // which drops a byte order mark at the start
  #rest = '';
  #afterCr = false;
  #data: string[] = [];
  #event = '';
  #id: string | undefined;

  /** The events that these bytes complete. */
  decode(bytes: Uint8Array): ReceivedEvent[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return [];
    // CR ends a line at once: its LF may come much later.
    const skipped = this.#afterCr && text.startsWith('\n') ? 1 : 0;
    this.#afterCr = text.endsWith('\r');
    const lines = (this.#rest + text.slice(skipped)).split(/\r\n|\r|\n/);
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line) ?? []);
  }

  #take(line: string): ReceivedEvent | undefined {
    if (line === '') return this.#dispatch();
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
    return undefined;
  }

  #dispatch(): ReceivedEvent | undefined {
    const [data, event, id] = [this.#data, this.#event, this.#id];
    [this.#data, this.#event, this.#id] = [[], '', undefined];
    this.lastId = id ?? this.lastId;
    return data.length === 0 ? undefined : { event: event || 'message', data: data.join('\n'), id };
  }
}
