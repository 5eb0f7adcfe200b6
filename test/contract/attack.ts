import assert from 'node:assert/strict';
import type { ContractCase, EngineName, ReferenceTarget } from './contract-case.js';
import { type RawAnswer, rawExchange } from './raw-exchange.js';

/** Stands for a signature that Fanout made on this engine, wherever a request names it. */
export const GENUINE = '<what Fanout signed>';
/** Stands for the same without its last letter. */
export const TRUNCATED = '<what Fanout signed, cut>';
/** Stands for the host and port of the service. */
export const HOST = '<host>';
/** Is in what attacks send, and must be in no answer and no log. */
export const SECRET = 'the-secret-of-an-attack';

/** What a socket gets to send. */
export interface RawRequest {
  /** `GET` by default. */
  readonly method?: string;
  readonly target: string;
  /** As they are, in this order; `Host` and `Connection: close` come first unless they are among them. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** With its length among the headers, unless these say otherwise. */
  readonly body?: string | Buffer;
  /** In place of ` HTTP/1.1`. */
  readonly version?: string;
}

/**
 * What comes back: a status; `held` for a response that goes on; `cut` where the connection is closed without an
 * answer.
 */
export type Outcome = number | 'held' | 'cut';

/** Of several, any: one part may still write when another has answered and closed. */
export type Outcomes = Readonly<Record<EngineName, Outcome | readonly Outcome[]>>;

/** One row of the table. */
export interface Attack {
  readonly name: string;
  readonly sent: RawRequest;
  /** Where messages are published, in place of the service. */
  readonly to?: 'publish';
  /** Where engines differ, or the parts in front of the service may refuse it first, each has its own. */
  readonly outcome: Outcome | Outcomes;
  /** Why this is right. */
  readonly why: string;
  /** What of the answer must be so too. */
  readonly check?: (answer: RawAnswer) => void;
  /** Where it is right that an error is logged: by the service, or by a runtime before it. */
  readonly fails?: EngineName | 'all';
  /** In milliseconds, how long a second response is waited for; there must be none. */
  readonly waitForMore?: number;
}

/** Where an engine has parts in front of the service that see the request first. */
export function each(
  embedded: Outcomes['embedded'],
  pushpin: Outcomes['pushpin'],
  compute: Outcomes['compute'],
): Outcomes {
  return { embedded, pushpin, compute };
}

/** A row of the table as a test. A deployed service has no room for it: it has none of the routes, and no log to look at. */
export function attackCase(group: string, attack: Attack): ContractCase {
  return {
    name: `${group}: ${attack.name}`,
    needs: 'commands',
    run: async (target) => {
      const log = watchLog(target);
      const signature = isSigned(attack) ? await genuineSignature(target) : '';
      const engine = engineOf(target);
      const { outcome } = attack;
      const expected = [typeof outcome === 'object' ? outcome[engine] : outcome].flat();
      const answers = await rawExchange(
        new URL(attack.to ? target.publish : target.service),
        bytesOf(attack.sent, target, signature),
        {
          beginning: expected.includes('held'),
          ...(attack.waitForMore && { waitForMore: attack.waitForMore }),
        },
      );
      const [answer] = answers;
      const found = outcomeOf(answers);
      assert.ok(
        expected.some((each) => each === found),
        `${attack.why}: expected ${expected.join(' or ')}, found ${found} ${answer?.head} ${answer?.body.slice(0, 300)}`,
      );
      if (answer) {
        attack.check?.(answer);
        const said = `${answer.head}\n${answer.body}`;
        if (signature === '')
          assert.doesNotMatch(answer.head, /^(?:grip|set-meta)-/im, 'a client sees Fanout’s headers');
        else if (!attack.sent.target.endsWith('/seen'))
          assert.ok(!said.includes(signature), 'the answer repeats the signature');
        assert.ok(!said.includes(SECRET), 'the answer repeats what was sent');
      }
      log.assertClean(signature, attack.fails === 'all' || attack.fails === engine);
    },
  };
}

function isSigned({ sent }: Attack): boolean {
  return (sent.headers ?? []).some(([, value]) => value.includes(GENUINE) || value.includes(TRUNCATED));
}

function outcomeOf(answers: readonly RawAnswer[]): Outcome | string {
  const [answer, ...more] = answers;
  if (more.length > 0) return answers.map(({ status }) => status).join(', ');
  if (answer === undefined) return 'cut';
  return answer.status === 200 && !answer.isComplete ? 'held' : answer.status;
}

function engineOf({ engine }: ReferenceTarget): EngineName {
  assert.ok(engine, 'the attacks are on the engines of this project');
  return engine;
}

/** Asks for it as a client of Fanout can't: the service tells what it got. */
async function genuineSignature(target: ReferenceTarget): Promise<string> {
  const [answer] = await rawExchange(new URL(target.service), bytesOf({ target: '/seen' }, target, ''));
  const { headers } = JSON.parse(answer?.body ?? '') as { headers: Record<string, string> };
  const signature = headers['grip-sig'] ?? '';
  assert.equal(signature.split('.').length, 3, 'expected /seen to tell the signature that it got');
  return signature;
}

function bytesOf(request: RawRequest, target: ReferenceTarget, signature: string): Buffer {
  const { method = 'GET', target: path, headers = [], body, version = ' HTTP/1.1' } = request;
  const { host } = new URL(target.service);
  const has = (name: RegExp) => headers.some(([each]) => name.test(each));
  const all = [
    ...(has(/^host$/i) ? [] : [['Host', HOST] as const]),
    ...(has(/^connection$/i) ? [] : [['Connection', 'close'] as const]),
    ...headers,
    ...(body === undefined || has(/^(?:content-length|transfer-encoding)$/i)
      ? []
      : [['Content-Length', String(Buffer.byteLength(body))] as const]),
  ];
  const head = [`${method} ${path}${version}`, ...all.map(([name, value]) => `${name}: ${value}`), '', ''];
  const text = head
    .join('\r\n')
    .replaceAll(HOST, host)
    .replaceAll(GENUINE, signature)
    .replaceAll(TRUNCATED, signature.slice(0, -1));
  return Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(body ?? '')]);
}

/** A record of a failure, or what a runtime prints of one that nobody caught. */
const FAILURE =
  /"level":"error"|unhandled|uncaught|panicked|trapped|out of memory|(?:Error|Exception) while/i;

/** What the service logs from now on must tell of no failure, and hold nothing that is not for a log. */
export function watchLog({ log = () => '' }: ReferenceTarget): {
  assertClean(signature: string, fails?: boolean): void;
} {
  const failures = () =>
    log()
      .split('\n')
      .filter((line) => FAILURE.test(line));
  const before = new Set(failures());
  return {
    assertClean(signature, fails = false) {
      if (!fails)
        assert.deepEqual(
          failures().filter((line) => !before.has(line)),
          [],
          'the service must not fail',
        );
      assert.ok(!log().includes(SECRET), 'the log repeats what was sent');
      if (signature !== '') assert.ok(!log().includes(signature), 'the log holds a signature');
    },
  };
}
