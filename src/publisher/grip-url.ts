import { ConfigurationError } from '../errors.js';
import { encodeBase64Url } from '../protocol/base64url.js';
import { signHmac } from '../protocol/json-web-key.js';
import { basic, type PublishEndpoint, parseHttpUrl, publishUrl } from './publish-endpoint.js';

/** How long a token that is made for a request is valid, in seconds. */
const TOKEN_LIFETIME = 600;
/** Of these, `verify-…` say how `Grip-Sig` is verified, which is not the business of who publishes. */
const PARAMETERS = ['iss', 'key', 'backend', 'verify-iss', 'verify-key'];

/**
 * The endpoint that a GRIP URL describes, as it stands in `GRIP_URL` of many programs:
 *
 * - `http://localhost:5561/`: no authorization.
 * - `http://host:5561/?iss=ISSUER&key=KEY`: each request has a token of its own (JWT, HS256), signed with the key.
 *   `key=base64:…` is a key in Base64.
 * - `https://api.fastly.com/service/SERVICE_ID?key=TOKEN`: the key itself is the token.
 * - `https://user:password@host/`: basic authentication.
 *
 * `backend=NAME` names the backend to use on Compute.
 *
 * @throws ConfigurationError for a URL that is none of these. It repeats nothing of the values.
 * @example
 * const publisher = new Publisher(gripUrl('http://localhost:5561/?iss=pushpin&key=changeme'));
 */
export function gripUrl(text: string): PublishEndpoint {
  const url = parseHttpUrl(text);
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `Expected only ${PARAMETERS.join(', ')} in the query of a GRIP URL; found a parameter that is none of them.`,
    );
  }
  const [iss, key, backend] = ['iss', 'key', 'backend'].map(
    (name) => url.searchParams.get(name) ?? undefined,
  );
  const { username, password } = url;
  [url.username, url.password, url.search, url.hash] = ['', '', '', ''];
  const auth = authorization(iss, key, decoded(username), decoded(password));
  return {
    url: publishUrl(url).href,
    ...(auth && { auth }),
    ...(backend !== undefined && { backend }),
  };
}

function authorization(
  iss: string | undefined,
  key: string | undefined,
  user: string,
  password: string,
): PublishEndpoint['auth'] {
  if (iss !== undefined && !key) throw new ConfigurationError('A GRIP URL with an iss needs a key as well.');
  if (key && iss !== undefined) {
    const secret = decodeKey(key);
    return async () => ({ Authorization: `Bearer ${await makeToken(iss, secret)}` });
  }
  if (key) return () => ({ Authorization: `Bearer ${key}` });
  return user === '' ? undefined : () => basic(user, password);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigurationError('The user and password of a GRIP URL are percent-encoded.');
  }
}

function decodeKey(key: string): Uint8Array {
  if (!key.startsWith('base64:')) return new TextEncoder().encode(key);
  // A plus that is not written as %2B has become a space.
  const base64 = key.slice('base64:'.length).replaceAll(' ', '+');
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    if (bytes.length > 0) return bytes;
  } catch {
    // Answered below.
  }
  throw new ConfigurationError('The key of a GRIP URL is not Base64.');
}

/** Makes a token (RFC 7519) that is signed by HS256. */
async function makeToken(iss: string, secret: Uint8Array): Promise<string> {
  const claims = { iss, exp: Math.floor(Date.now() / 1000) + TOKEN_LIFETIME };
  const signed = [{ typ: 'JWT', alg: 'HS256' }, claims]
    .map((part) => encodeBase64Url(new TextEncoder().encode(JSON.stringify(part))))
    .join('.');
  return `${signed}.${encodeBase64Url(await signHmac(secret, new TextEncoder().encode(signed)))}`;
}
