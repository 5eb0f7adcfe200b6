import { ProtocolError } from '../errors.js';

/** One server-sent event. Fields that are absent are not written. */
export interface SseEvent {
  /** A comment, which a browser ignores; for keep-alives. Line breaks make several comments. */
  readonly comment?: string;
  readonly event?: string;
  readonly id?: string;
  /** How long a browser waits before it connects again, in milliseconds. */
  readonly retry?: number;
  readonly data?: string;
}

const LINE_BREAK = /\r\n|\r|\n/;

/**
 * The only framing of server-sent events in this package. Line breaks in `data` and `comment` become further
 * lines of the same field.
 *
 * @throws ProtocolError where the format can't carry a value: a line break or NUL in `event` or `id`,
 * a `retry` that is not a whole number.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function encodeSseEvent(event: SseEvent): string {
  let text = '';
  for (const line of lines(event.comment)) text += `: ${line}\n`;
  if (event.event !== undefined) text += `event: ${singleLine('event', event.event)}\n`;
  if (event.id !== undefined) text += `id: ${singleLine('id', event.id)}\n`;
  if (event.retry !== undefined) text += `retry: ${milliseconds(event.retry)}\n`;
  for (const line of lines(event.data)) text += `data: ${line}\n`;
  return `${text}\n`;
}

function lines(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(LINE_BREAK);
}

/** A browser ignores an `id` that holds a NUL, so it is refused with the line breaks. */
function singleLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new ProtocolError(`The ${field} of a server-sent event is one line; found a line break or NUL.`);
  }
  return value;
}

function milliseconds(retry: number): number {
  if (!Number.isSafeInteger(retry) || retry < 0) {
    throw new ProtocolError(`The retry of a server-sent event is a whole number of ms; found ${retry}.`);
  }
  return retry;
}
