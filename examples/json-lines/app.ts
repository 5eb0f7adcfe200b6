import { type Context, Hono } from 'hono';
import { type Channel, type ChannelSubscriber, holdStream, mount } from 'hono-fanout';

/** One JSON value a line, for programs; an empty line now and then shows that the connection is alive. */
export class JsonLinesTransport implements ChannelSubscriber {
  readonly name = 'json-lines';
  readonly path = '/lines';
  readonly keepAlive: number = 20;

  subscribe(_c: Context, channels: readonly Channel[]): Response {
    return holdStream({
      channels,
      contentType: 'application/x-ndjson',
      body: '\n', // so that the client gets the headers at once
      keepAlive: { content: '\n', timeout: this.keepAlive },
    });
  }
}

const app: Hono = new Hono();
app.route(
  '/sensors/:sensor',
  mount([JsonLinesTransport], { channels: (c) => [`sensor-${c.req.param('sensor')}`] }),
);

export default app;
