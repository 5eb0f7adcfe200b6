import { parseArgs } from 'node:util';
import { type ReferenceTarget, transportContract } from '../test/contract/contract.js';

// npm run smoke: the contract's cases on a service that runs somewhere, Fastly included. It knows nothing of its
// insides, so the cases that need the contract's own app are left out.

const USAGE = `Usage: npm run smoke -- URL --publish-url URL [--token TOKEN]

Runs the transport contract against a deployed reference service.

  npm run smoke -- http://localhost:7676 --publish-url http://localhost:5561/publish/
  npm run smoke -- https://name.edgecompute.app --publish-url https://api.fastly.com/service/ID/publish/

--token (or the environment variable FASTLY_API_TOKEN) goes along with what is published, as Fastly-Key.
Others who listen to channel "test" of the service get what is published.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'publish-url': { type: 'string' },
      token: { type: 'string', default: process.env['FASTLY_API_TOKEN'] ?? '' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [client, ...more] = positionals;
  const publish = values['publish-url'];
  if (values.help || client === undefined || publish === undefined || more.length > 0) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  for (const url of [client, publish]) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Error(`Expected an http or https URL, found ${JSON.stringify(url)}.`);
    }
  }
  const target = {
    client,
    service: client,
    publish,
    ...(values.token !== '' && { publishHeaders: { 'Fastly-Key': values.token } }),
  };
  process.exitCode = (await run(target)) === 0 ? 0 : 1;
}

/** How many cases failed. */
async function run(target: ReferenceTarget): Promise<number> {
  const cases = transportContract.filter(({ needs }) => needs === undefined);
  let failed = 0;
  for (const { name, run } of cases) {
    try {
      await run(target);
      console.log(`ok    ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`\n${cases.length - failed} passed, ${failed} failed`);
  return failed;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
