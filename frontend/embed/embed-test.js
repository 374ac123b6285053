// The self-test of <rekey-connect>: what is wrong with the page around it, and what to change.
//
// Loaded only when somebody asks. It needs no session, changes nothing, and reads no more than the page's own headers
// and one public answer of Rekey. Every finding is { code, ok, title, text }; a new check is one more function that
// returns findings.

const FLAGS = ['allow-scripts', 'allow-same-origin', 'allow-popups', 'allow-popups-to-escape-sandbox'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const FRAME = ['frame-src', 'child-src', 'default-src'];
const SCRIPT = ['script-src-elem', 'script-src', 'default-src'];

const finding = (code, ok, title, text) => ({ code, ok, title, text });

// The first of `names` that one policy has: { name, sources }, or null (CSP 3 §2.2.1, §6.8.3).
export function directive(policy, names) {
  const found = new Map();
  for (const part of policy.split(';')) {
    const [name, ...sources] = part.trim().split(/\s+/);
    const lower = name.toLowerCase();
    if (lower && !found.has(lower)) found.set(lower, sources);
  }
  const name = names.find((one) => found.has(one));
  return name === undefined ? null : { name, sources: found.get(name) };
}

// Whether a source list allows an address, for a page of the origin `self` (CSP 3 §6.7.2.7).
export function allows(sources, address, self) {
  const url = new URL(address);
  return sources.some((source) => matches(source.toLowerCase(), source, url, self));
}

function matches(lower, source, url, self) {
  if (lower === '*') return /^https?:$/.test(url.protocol);
  if (lower === "'self'") return sameOrSafer(self, url);
  if (lower.startsWith("'")) return false;
  if (/^[a-z][a-z0-9+.-]*:$/.test(lower)) return safer(lower, url.protocol);
  const parts = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^/:*]+|\[[^\]]+\])(?::(\d+|\*))?(\/[^?#]*)?$/i.exec(source);
  if (!parts) return false;
  const [, scheme, host, port, path] = parts;
  const wanted = scheme ? `${scheme.toLowerCase()}:` : schemeOf(self);
  return safer(wanted, url.protocol) && hostFits(host.toLowerCase(), url) && portFits(port, wanted, url) && pathFits(path, url);
}

function schemeOf(self) {
  return URL.canParse(self) ? new URL(self).protocol : 'https:';
}

function safer(wanted, protocol) {
  return wanted === protocol || (wanted === 'http:' && protocol === 'https:');
}

function sameOrSafer(self, url) {
  if (!URL.canParse(self)) return false;
  const own = new URL(self);
  if (own.origin === url.origin) return true;
  return own.hostname === url.hostname && own.protocol === 'http:' && url.protocol === 'https:' && !own.port && !url.port;
}

function hostFits(host, url) {
  if (host === '*') return true;
  return host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : host === url.hostname;
}

// An address has no port where it is the usual one of its scheme; 80 also stands for 443 behind https.
function portFits(port, wanted, url) {
  const usual = { 'http:': '80', 'https:': '443' };
  const actual = url.port || usual[url.protocol];
  if (port === '*' || port === actual) return true;
  if (port === undefined) return !url.port;
  return port === usual[wanted] && actual === usual[url.protocol];
}

function pathFits(path, url) {
  if (!path || path === '/') return true;
  return path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path;
}

// Every finding about this page, for one organization of the Rekey at `origin`.
export async function selfTest(origin, organization) {
  const frame = `${origin}/embed/${encodeURIComponent(organization ?? '')}`;
  const [own, answered] = await Promise.all([ownPolicies(), registration(origin, organization)]);
  return [
    secureContext(),
    ownOrigin(),
    ...answered,
    csp(own, origin, frame),
    ...(own.headers ? [coop(own.headers), ...coep(own.headers)] : []),
    popups(own),
    ...ancestors(),
  ];
}

function secureContext() {
  return self.isSecureContext
    ? finding('secure_context', true, 'The page is secure', 'It came over https, or from this machine.')
    : finding('secure_context', false, 'The page is not secure', 'Serve this page, and every page around it, over https.');
}

function ownOrigin() {
  return self.origin === 'null'
    ? finding(
        'own_origin',
        false,
        'The page has no origin of its own',
        'It stands in a sandboxed frame, or its own policy has sandbox. Add allow-same-origin to that sandbox: ' +
          'without it the page cannot be registered.',
      )
    : finding('own_origin', true, 'The page has an origin of its own', `It is ${self.origin}.`);
}

// Asks Rekey what it sees of us: reachable, registered, the same time.
async function registration(origin, organization) {
  if (!UUID.test(organization)) {
    const text = 'The attribute organization must be the id of your organization, a UUID, as the portal shows it under Consoles.';
    return [finding('organization', false, 'The organization is not known', text)];
  }
  const begun = Date.now();
  let response, answer;
  try {
    response = await fetch(`${origin}/api/v1/embed/check/${organization}`, {
      mode: 'cors',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(10000),
    });
    answer = await response.json();
  } catch {
    const text =
      `If this page has a Content-Security-Policy, add ${origin} to connect-src: the self-test needs it, the frame does not. ` +
      `Otherwise check the network, a proxy or an ad blocker between here and ${origin}.`;
    return [finding('reachable', false, 'Rekey could not be asked', text)];
  }
  if (!response.ok || typeof answer?.registered !== 'boolean' || !Number.isFinite(answer.now)) {
    const text = `${origin} answered with status ${response.status}. Try again in a minute, then look at what stands between.`;
    return [finding('reachable', false, 'Rekey answers oddly', text)];
  }
  const seen = typeof answer.origin === 'string' ? answer.origin : self.origin;
  const add = `Add exactly ${seen} in the portal under Consoles. If it is there, compare the organization's id: ${organization}.`;
  return [
    finding('reachable', true, 'Rekey answers', `${origin} can be reached from this page.`),
    answer.registered
      ? finding('origin_registered', true, 'This origin is registered', `${seen} may show the frame.`)
      : finding('origin_registered', false, 'This origin is not registered', add),
    clock(answer.now, begun, Date.now()),
  ];
}

// The answer was written somewhere between asking and hearing; only what is surely off counts.
function clock(now, begun, ended) {
  const off = Math.max(now - ended / 1000, begun / 1000 - now);
  return off > 120
    ? finding(
        'clock',
        false,
        'The clock of this computer is off',
        `It differs from Rekey's by about ${Math.round(off / 60)} minutes. Sessions and codes last minutes: set the clock by the network.`,
      )
    : finding('clock', true, 'The clock is right', 'It differs from that of Rekey by less than two minutes.');
}

// This page's policies, as it got them: from its headers, read once more, and from its meta elements.
async function ownPolicies() {
  const metas = [...document.querySelectorAll('meta[http-equiv="content-security-policy" i]')].map((meta) => meta.content);
  const headers = await ownHeaders();
  const sent = headers?.get('content-security-policy') ?? '';
  return { headers, sent: sent.split(',').filter((one) => one.trim()), metas };
}

async function ownHeaders() {
  const ask = (method) => fetch(location.href, { method, credentials: 'same-origin', signal: AbortSignal.timeout(10000) });
  try {
    const response = await ask('HEAD');
    if (response.ok) return response.headers;
    const again = await ask('GET');
    return again.ok ? again.headers : null;
  } catch {
    return null;
  }
}

function csp({ headers, sent, metas }, origin, frame) {
  const policies = [...sent, ...metas];
  const advice = policies.flatMap((policy) => [
    ...missing(directive(policy, FRAME), 'frame-src', origin, frame),
    ...missing(script(policy), 'script-src', origin, `${origin}/embed.js`),
  ]);
  if (advice.length) {
    return finding('csp', false, 'The Content-Security-Policy is in the way', [...new Set(advice)].join(' '));
  }
  if (!headers) {
    return finding(
      'csp',
      false,
      'The headers of this page could not be read',
      `Check by hand: script-src and frame-src of its Content-Security-Policy must have ${origin}, and connect-src for this test.`,
    );
  }
  return policies.length
    ? finding('csp', true, 'The Content-Security-Policy allows Rekey', 'Frames and scripts may come from there.')
    : finding('csp', true, 'There is no Content-Security-Policy', 'Nothing is in the way of the frame.');
}

// A nonce, a hash or 'strict-dynamic' lets a script in whatever its address is: this one runs, so that is settled.
function script(policy) {
  const found = directive(policy, SCRIPT);
  return found?.sources.some((source) => /^'(nonce-|sha\d+-|strict-dynamic')/i.test(source)) ? null : found;
}

function missing(found, usual, origin, address) {
  if (!found || allows(found.sources, address, self.origin)) return [];
  if (found.name !== 'default-src') return [`Add ${origin} to ${found.name}.`];
  const kept = found.sources.filter((source) => source.toLowerCase() !== "'none'");
  return [`Add the directive "${[usual, ...kept, origin].join(' ')}": without it default-src decides.`];
}

function coop(headers) {
  const value = (headers.get('cross-origin-opener-policy') ?? '').split(';')[0].trim();
  const framed = self.parent !== self ? ' The outermost page decides; this one is inside another.' : '';
  return value === 'same-origin'
    ? finding(
        'coop',
        false,
        'People must type a code',
        'Cross-Origin-Opener-Policy: same-origin cuts the frame off from its window, so people type a 6-digit code there. ' +
          `Use same-origin-allow-popups to spare them it.${framed}`,
      )
    : finding('coop', true, 'Windows can be recognised', `Cross-Origin-Opener-Policy is ${value || 'not set'}.${framed}`);
}

function coep(headers) {
  const value = (headers.get('cross-origin-embedder-policy') ?? '').split(';')[0].trim();
  const text = `Cross-Origin-Embedder-Policy: ${value} is fine: the frame has one of its own.`;
  return value ? [finding('coep', true, 'The page is isolated', text)] : [];
}

// Whether windows may open cannot be asked without a click. What can be seen is a sandbox around this page.
function popups({ sent }) {
  const flags = sandboxFlags(sent);
  const wanted = flags ? FLAGS.filter((flag) => !flags.includes(flag)) : [];
  if (wanted.length) {
    return finding('popups', false, 'A sandbox keeps the window from opening', `Add to the sandbox: ${wanted.join(' ')}.`);
  }
  if (!flags && isSandboxed()) {
    return finding(
      'popups',
      false,
      'The page stands in a sandbox',
      `Its flags cannot be read from here. The sandbox must have ${FLAGS.join(' ')}.`,
    );
  }
  return finding('popups', true, 'No sandbox is in the way', 'A blocker of the browser shows only at a click; the frame then offers a link.');
}

// The flags of every sandbox that can be read, those that all of them have; null where none can be seen.
function sandboxFlags(sent) {
  const lists = sent.map((policy) => directive(policy, ['sandbox'])?.sources).filter(Boolean);
  const around = frameElementOf(self);
  if (around?.hasAttribute('sandbox')) lists.push([...around.sandbox]);
  const lower = lists.map((list) => list.map((flag) => flag.toLowerCase()));
  return lower.length ? lower.reduce((all, list) => all.filter((flag) => list.includes(flag))) : null;
}

function frameElementOf(page) {
  try {
    return page.frameElement;
  } catch {
    return null;
  }
}

// In every sandbox the setter throws (HTML §7.1.2.2). It is asked only in a frame of another origin, where setting the
// value that is there already changes nothing between this page and the ones around it.
function isSandboxed() {
  if (self.origin === 'null') return true;
  if (self.parent === self || frameElementOf(self)) return false;
  try {
    document.domain = document.domain;
    return false;
  } catch (error) {
    return error.name === 'SecurityError';
  }
}

function ancestors() {
  if (self.parent === self) return [];
  if (!location.ancestorOrigins) {
    const text = 'The pages around it cannot be read in this browser. Register the origin of each of them.';
    return [finding('ancestors', false, 'The page is inside another page', text)];
  }
  const others = [...new Set(location.ancestorOrigins)].filter((one) => one !== self.origin);
  return others.length
    ? [finding('ancestors', false, 'The page is inside pages of other origins', `Register each of these, too: ${others.join(', ')}.`)]
    : [finding('ancestors', true, 'The pages around this one have its origin', 'One registered origin is enough.')];
}
