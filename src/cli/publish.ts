import { parseArgs } from 'node:util';
import { FanoutError } from '../errors.js';
import { type ChannelMessage, Publisher } from '../publisher/index.js';
import { lines } from './lines.js';
import { publishEndpoints } from './publish-target.js';
import { UsageError } from './usage-error.js';

const USAGE = `Usage: hono-fanout publish CHANNEL [MESSAGE] [OPTIONS]

Publishes a message to all who listen to a channel, whatever transport they use. Without a MESSAGE, each line of
standard input that isn't empty is one.

  --sse-event NAME   the name of the event, for server-sent events
  --id ID            of the message; the same id again within a minute is not delivered again
  --url URL          where to publish, more than once for several places: the URL of a publish endpoint, or a GRIP
                     URL. By default the environment's GRIP_URL, or the embedded Fanout: http://localhost:5561/publish/
  --service-id ID    publishes to this Fastly service in place of a URL
  --token TOKEN      Fastly's API token. Better in the environment, as FASTLY_API_TOKEN, which is sent to Fastly only:
                     others can see what is typed here

  hono-fanout publish test "hello"
  tail -f app.log | hono-fanout publish logs --service-id SERVICE_ID`;

type Make = (data: string) => ChannelMessage;

/** Publishes, and says what was. */
export async function publish(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'sse-event': { type: 'string' },
      id: { type: 'string' },
      url: { type: 'string', multiple: true, default: [] },
      'service-id': { type: 'string' },
      token: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [channel, message, ...more] = positionals;
  if (channel === undefined || more.length > 0) throw new UsageError(USAGE);
  const { id, 'sse-event': event } = values;
  if (message === undefined && id !== undefined) {
    throw new UsageError('One --id is for one message: give the MESSAGE as well.');
  }

  const target = { urls: values.url, serviceId: values['service-id'], token: values.token };
  const publisher = new Publisher(publishEndpoints({ ...target, env: process.env }));
  const make: Make = (data) => ({
    channel,
    message: { data, ...(event !== undefined && { event }), ...(id !== undefined && { id }) },
  });
  if (message === undefined) return publishInput(publisher, channel, make);
  const { ids } = await publisher.publishMany([make(message)]);
  console.log(`Published to ${channel}, id ${ids[0]}.`);
}

/** Publishes what comes, as soon as it comes: what piled up during a request goes with the next. */
async function publishInput(publisher: Publisher, channel: string, make: Make): Promise<void> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) console.error('Each line is a message; Ctrl-D ends.');
  // What is typed or printed on the same terminal would be overwritten.
  const shows = stderr.isTTY && !stdin.isTTY;
  let published = 0;
  let requests = 0;
  try {
    for await (const some of lines(stdin)) {
      const receipt = await publisher.publishMany(some.filter((line) => line !== '').map(make));
      published += receipt.ids.length;
      requests += receipt.requests.length;
      if (shows) stderr.write(`\r${published} published`);
    }
  } catch (error) {
    if (shows) stderr.write('\n');
    if (!(error instanceof FanoutError)) throw error;
    throw new FanoutError(`${error.message}\n${published} messages were published before.`, { cause: error });
  }
  if (shows) stderr.write('\r\x1b[K');
  console.log(`Published ${published} messages to ${channel} in ${requests} requests.`);
}
