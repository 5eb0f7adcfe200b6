import { afterEach, expect } from 'vitest';
import { PublishError } from '../../src/errors.js';
import { Publisher, type PublisherOptions, pushpinEndpoint } from '../../src/publisher/index.js';
import { type Answer, ScriptedServer } from './scripted-server.js';

const servers: ScriptedServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

/** A publish endpoint that lives as long as the test. */
export async function scripted(...script: Answer[]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(...script);
  servers.push(server);
  return server;
}

/** A publisher that waits for no longer than a test needs to. */
export function publisherFor(server: ScriptedServer, options: PublisherOptions = {}): Publisher {
  return new Publisher(pushpinEndpoint(server), { minDelay: 1, ...options });
}

export async function failureOf(promise: Promise<unknown>): Promise<PublishError> {
  const error = await promise.then(
    () => expect.fail('Expected it to fail.'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PublishError);
  return error as PublishError;
}
