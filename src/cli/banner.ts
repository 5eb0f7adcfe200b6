export interface Addresses {
  /** The URL for clients, with no slash at its end. */
  readonly client: string;
  /** The URL to publish at. */
  readonly publish: string;
}

/** What a person needs to know of a service that has started: where it is, and a line to try each transport. */
export function banner({ client, publish }: Addresses): string {
  const item = JSON.stringify({
    items: [
      {
        channel: 'test',
        formats: {
          'ws-message': { content: 'hello' },
          'http-stream': { content: 'data: hello\n\n' },
          'http-response': { body: 'hello\n' },
        },
      },
    ],
  });
  return `
  Clients connect to   ${client}
  Publishing is at     ${publish}

  Listen (each in its own terminal):
    curl -N ${client}/sse
    curl -N ${client}/stream
    curl ${client}/response
    npx wscat -c ${client.replace(/^http/, 'ws')}/ws

  Publish to all of them:
    curl -d '${item}' ${publish}

  Ctrl-C ends it.
`;
}
