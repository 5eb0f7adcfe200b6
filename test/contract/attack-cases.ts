import assert from 'node:assert/strict';
import { message, messagesUntil } from '../../src/testing/delivery-cases.js';
import { type Attack, attackCase, watchLog } from './attack.js';
import { bodies, longResponses, lyingEvents } from './attack-bodies.js';
import { eventPosts } from './attack-event-posts.js';
import { framing } from './attack-framing.js';
import { clientHeaders } from './attack-headers.js';
import { injections } from './attack-injections.js';
import { published } from './attack-json.js';
import { nextLinks } from './attack-next-links.js';
import { paths } from './attack-paths.js';
import { origins, signatures } from './attack-signatures.js';
import { item, unique } from './clients.js';
import { type ContractCase, contractCase } from './contract-case.js';

/** The table, by what is attacked. Signatures that Fanout never made are in the contract of every transport. */
const ATTACKS: Readonly<Record<string, readonly Attack[]>> = {
  'events that a client sends': eventPosts,
  'a signature of Fanout, altered': signatures,
  'headers of a client': clientHeaders,
  'a next link': nextLinks,
  injection: injections,
  body: bodies,
  'events that lie': lyingEvents,
  'a long response': longResponses,
  origin: origins,
  path: paths,
  framing,
  publishing: published,
};

export const attackCases: readonly ContractCase[] = [
  ...Object.entries(ATTACKS).flatMap(([group, attacks]) =>
    attacks.map((attack) => attackCase(group, attack)),
  ),

  contractCase(
    'after all attacks the service serves all four transports',
    async (clients) => {
      const log = watchLog(clients.target);
      const all = [clients.stream(), clients.sse(), await clients.webSocket()];
      await clients.subscribed(all);
      const text = unique('after-attacks');
      const answer = await clients.untilReceived(clients.poll(), () =>
        item({ ...message(text), 'http-response': { body: text } }),
      );
      assert.equal(answer.body.toString(), text);
      for (const client of all) assert.equal((await messagesUntil(client, text))[0], text);
      log.assertClean('');
    },
    'commands',
  ),
];
