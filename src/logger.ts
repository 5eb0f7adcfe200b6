/** One thing worth knowing. It never holds a token, a key or a payload. */
export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** Gets each record as it happens; it must not throw. */
export type Logger = (record: LogRecord) => void;

/** Writes each record as one line of JSON. */
export const jsonLogger: Logger = (record) => {
  console.log(JSON.stringify(record));
};
