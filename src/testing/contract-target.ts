/** Where the cases find what they test. */
export interface ContractTarget {
  /** The base URL that clients connect to. */
  readonly client: string;
  /** The base URL straight to the service, for requests that it must refuse; may equal `client`. */
  readonly service: string;
  /** The full URL of the publish endpoint. */
  readonly publish: string;
  readonly publishHeaders?: Readonly<Record<string, string>>;
  /** What every client sends along. */
  readonly clientHeaders?: Readonly<Record<string, string>>;
}
