import { type Attack, each, SECRET } from './attack.js';

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const item = (fields: string) => `{"items":[{"channel":"attacked",${fields}}]}`;

type Rows = Readonly<Record<string, readonly [body: string | Buffer, outcome: Attack['outcome']]>>;

/** Qt reads no more than 1,024 levels and no number that a double can't hold; nobody would publish either. */
const QT = each(200, 400, 400);

/** Bodies of a publish request. */
const PUBLISHED: Rows = {
  'lists 500 deep': [item(`"meta":{},"formats":{"ws-message":{"content":"x"}},"other":${deep(500)}`), 200],
  'lists 30,000 deep': [item(`"formats":{"ws-message":{"content":"x"}},"other":${deep(30_000)}`), QT],
  'objects 10,000 deep': [item(`"formats":{"ws-message":{"content":"x"}},"other":${deepObject(10_000)}`), QT],
  'a list 30,000 deep and nothing else': [deep(30_000), 400],
  'a list 30,000 deep without an end': ['['.repeat(30_000), 400],
  'deep meta': [item(`"meta":{"a":${deep(400)}},"formats":{"ws-message":{"content":"x"}}`), 400],
  'a number of 60 kB': [item(`"formats":{"ws-message":{"content":"x"}},"other":${'9'.repeat(60_000)}`), QT],
  'a number over all bounds': [item('"formats":{"ws-message":{"content":"x","code":1e999}}'), QT],
  'a key of 60 kB': [item(`"formats":{"ws-message":{"content":"x"}},"${'a'.repeat(60_000)}":1`), 200],
  '6,000 items': [`{"items":[${'{"channel":"a"},'.repeat(3000)}{}]}`, 400],
  'names of what every object has': [
    item('"__proto__":{"formats":1},"constructor":1,"formats":{"__proto__":{},"ws-message":{"content":"x"}}'),
    200,
  ],
  'meta named __proto__': [item('"meta":{"__proto__":"x"},"formats":{"ws-message":{"content":"x"}}'), 200],
  'only __proto__': [
    '{"__proto__":{"items":[{"channel":"a","formats":{"ws-message":{"content":"x"}}}]}}',
    400,
  ],
  'a type of every object': [item('"formats":{"ws-message":{"content":"x","type":"constructor"}}'), 400],
  'an action of every object': [item('"formats":{"ws-message":{"content":"x","action":"toString"}}'), 400],
  'the same key twice': [item('"channel":"other","formats":{"ws-message":{"content":"x"}}'), 200],
  'bytes that are not UTF-8': [
    Buffer.from(item('"formats":{"ws-message":{"content":"\xff"}}'), 'latin1'),
    400,
  ],
  'half a surrogate pair': [item('"formats":{"ws-message":{"content":"\\ud800"}}'), 200],
  'a null byte': [item('"formats":{"ws-message":{"content":"\\u0000"}}'), 200],
  'a channel of 60 kB': [
    `{"items":[{"channel":"${'a'.repeat(60_000)}","formats":{"ws-message":{"content":"x"}}}]}`,
    200,
  ],
  'a channel with line breaks': [
    `{"items":[{"channel":"a\\r\\nb","formats":{"ws-message":{"content":"x"}}}]}`,
    200,
  ],
  'no bytes': ['', 400],
  'no JSON': [`<publish>${SECRET}</publish>`, 400],
  null: ['null', 400],
  'more bytes than are taken': [item(`"formats":{"ws-message":{"content":"${'x'.repeat(65_536)}"}}`), 400],
};

/** Who may publish is for the operator to say: the endpoint itself must stand what comes. */
export const published: readonly Attack[] = [
  ...Object.entries(PUBLISHED).map(([name, [body, outcome]]) => ({
    name,
    sent: {
      method: 'POST',
      target: '/publish/',
      headers: [
        ['Connection', 'keep-alive'],
        ['Content-Type', 'application/json'],
      ] as const,
      body,
    },
    to: 'publish' as const,
    outcome,
    why: 'what is no list of items is refused as a whole',
  })),
  {
    name: 'a body in chunks',
    sent: {
      method: 'POST',
      target: '/publish/',
      headers: [['Transfer-Encoding', 'chunked']],
      body: '2\r\n{}\r\n0\r\n\r\n',
    },
    to: 'publish',
    outcome: 411,
    why: 'the endpoint wants to know the length',
  },
  {
    name: 'neither a body nor its length',
    sent: { method: 'POST', target: '/publish/' },
    to: 'publish',
    outcome: 411,
    why: 'the endpoint wants to know the length',
  },
];
