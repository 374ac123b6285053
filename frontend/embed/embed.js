// <rekey-connect>: Microsoft 365 access inside another console's page.
//
// The element makes an iframe of Rekey's page, gives it the session and the look, sizes it to its content and repeats
// what it says as events. It never shows, stores or logs the session, and believes nobody but its own frame.
//
// The build takes away comments and indentation line by line: a comment stands on lines of its own.

const origin = new URL(import.meta.url).origin;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const patience = 15000;

// What the frame may say, and which fields go on to the page. Everything else is dropped.
const events = new Map([
  ['ready', []],
  ['state', ['state', 'moved', 'waiting']],
  ['authorized', ['authorization', 'moved']],
  ['failed', ['code', 'title', 'text']],
  ['closed', []],
]);
const numbers = ['moved', 'waiting'];
const fits = (name, value) =>
  numbers.includes(name) ? Number.isFinite(value) : typeof value === 'string' && value.length <= 500;

// Per language: the frame's title, the sentence when it cannot be shown, the two buttons.
const words = {
  en: [
    'Microsoft 365 access',
    'Microsoft 365 access cannot be shown here right now.',
    'Check this page',
    'Try again',
  ],
  de: [
    'Microsoft-365-Zugriff',
    'Der Microsoft-365-Zugriff kann hier gerade nicht angezeigt werden.',
    'Diese Seite prüfen',
    'Erneut versuchen',
  ],
  fr: [
    'Accès à Microsoft 365',
    'L’accès à Microsoft 365 ne peut pas être affiché ici pour le moment.',
    'Vérifier cette page',
    'Réessayer',
  ],
  es: [
    'Acceso a Microsoft 365',
    'El acceso a Microsoft 365 no se puede mostrar aquí en este momento.',
    'Comprobar esta página',
    'Volver a intentarlo',
  ],
  ja: [
    'Microsoft 365 へのアクセス',
    '現在、ここに Microsoft 365 へのアクセスを表示できません。',
    'このページを確認',
    '再試行',
  ],
};

// A constructed sheet, because the page's policy may forbid inline styles.
const sheet = new CSSStyleSheet();
sheet.replaceSync(
  ':host{display:block;min-width:320px}' +
    'iframe{display:block;width:100%;min-width:320px;height:320px;border:0}' +
    'section,ul{margin:0;padding:16px;overflow-wrap:anywhere}' +
    'section:empty,ul:empty,:host([hidden]),[hidden]{display:none}' +
    'p{margin:0 0 12px}li{list-style:none;margin:0 0 12px}li p{margin:0}' +
    'button{font:inherit;padding:6px 14px;min-height:32px}',
);

const make = (name, ...content) => {
  const node = document.createElement(name);
  node.append(...content);
  return node;
};

export class RekeyConnect extends HTMLElement {
  static observedAttributes = ['organization', 'session', 'theme', 'language', 'accent', 'self-test'];

  // What is wrong with this page, as a list of { code, ok, title, text }.
  static async selfTest(organization) {
    try {
      const test = await import(new URL('/embed-test.js', origin));
      return await test.selfTest(origin, organization);
    } catch {
      const text = `${origin}/embed-test.js did not load. Allow ${origin} in script-src, and check the network.`;
      return [{ code: 'reachable', ok: false, title: 'The test could not be loaded', text }];
    }
  }

  #session = null;
  #getSession = null;
  #asking = false;

  // Listeners of the time between connection and disconnection; null outside it.
  #life = null;
  #frame = null;
  #loaded = false;
  #started = false;
  #settled = false;
  #timer = 0;
  #note = make('section');
  #list = make('ul');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    this.#note.setAttribute('role', 'status');
    this.#list.setAttribute('role', 'list');
    root.append(this.#note, this.#list);
  }

  connectedCallback() {
    // Properties that were set before the script had loaded hide the accessors of the class.
    for (const name of ['organization', 'theme', 'language', 'accent', 'getSession', 'session']) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#begin();
  }

  disconnectedCallback() {
    this.#end();
    this.#session = null;
  }

  attributeChangedCallback(name, before, value) {
    if (name === 'session') {
      if (value !== null) {
        this.removeAttribute(name);
        this.session = value;
      }
    } else if (this.#life && before !== value) {
      if (name === 'organization' || name === 'self-test') {
        if (name === 'organization') this.#session = null;
        this.#begin();
      } else {
        this.#dress();
        if (this.#started) this.#post('look', this.#look());
      }
    }
  }

  // Write-only: whoever holds the element cannot read the session back.
  set session(value) {
    this.#session = typeof value === 'string' && value ? value : null;
    this.#deliver();
  }

  get getSession() {
    return this.#getSession;
  }

  set getSession(value) {
    this.#getSession = value;
    if (this.#frame && !this.#session) this.#ask();
  }

  #begin() {
    this.#end();
    const { signal } = (this.#life = new AbortController());
    if (this.hasAttribute('self-test')) {
      this.#check();
      return;
    }
    this.#wait();
    if (!uuid.test(this.organization)) {
      if (this.organization !== null) this.#giveUp();
      return;
    }
    addEventListener('message', (event) => this.#hear(event), { signal });
    document.addEventListener('securitypolicyviolation', (event) => this.#refused(event), { signal });
    const frame = (this.#frame = make('iframe'));
    frame.allow = 'clipboard-write';
    frame.referrerPolicy = 'no-referrer';
    frame.src = `${origin}/embed/${this.organization}`;
    const load = () => {
      this.#loaded = true;
      this.#started = false;
      this.#deliver();
    };
    frame.addEventListener('load', load, { signal });
    this.#dress();
    this.shadowRoot.append(frame);
    if (!this.#session) this.#ask();
  }

  #end() {
    this.#life?.abort();
    this.#frame?.remove();
    clearTimeout(this.#timer);
    this.#note.replaceChildren();
    this.#list.replaceChildren();
    this.#life = this.#frame = null;
    this.#loaded = this.#started = this.#settled = this.#asking = false;
  }

  // The look, checked. What the page did not say is null: the frame then asks the browser.
  #look() {
    const { theme, language, accent } = this;
    return {
      theme: ['light', 'dark'].includes(theme) ? theme : 'auto',
      language: Object.hasOwn(words, language) ? language : null,
      accent: /^#[0-9a-f]{6}$/i.test(accent) ? accent : null,
    };
  }

  #words() {
    const language = this.#look().language ?? document.documentElement.lang.slice(0, 2).toLowerCase();
    return Object.hasOwn(words, language) ? words[language] : words.en;
  }

  // An iframe whose colour scheme differs from its page's gets an opaque backdrop, so it has the frame's own.
  #dress() {
    if (!this.#frame) return;
    const { theme } = this.#look();
    this.#frame.title = this.#words()[0];
    this.#frame.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
  }

  // To our own origin only: a frame that went elsewhere hears nothing.
  #post(type, fields) {
    this.#frame.contentWindow.postMessage({ rekey: 1, type, ...fields }, origin);
  }

  // The first session starts the frame, later ones replace it.
  #deliver() {
    const session = this.#session;
    if (!this.#loaded || !session) return;
    if (this.#started) {
      this.#post('session', { session });
    } else {
      this.#started = true;
      this.#reveal();
      if (!this.#settled) this.#wait();
      this.#post('start', { session, ...this.#look() });
    }
  }

  async #ask() {
    if (this.#asking || typeof this.#getSession !== 'function') return;
    // An answer for an earlier life, perhaps of another client, is not for this one.
    const life = this.#life;
    this.#asking = true;
    try {
      const session = await this.#getSession();
      if (typeof session !== 'string' || !session) throw new Error('it must give a text');
      if (life && life === this.#life) this.session = session;
    } catch (error) {
      if (life && life === this.#life) this.#fail('session_failed', `getSession gave no session: ${error?.message ?? error}`);
    } finally {
      if (life === this.#life) this.#asking = false;
    }
  }

  #hear({ origin: from, source, data }) {
    if (from !== origin || source !== this.#frame.contentWindow || data?.rekey !== 1) return;
    const { type } = data;
    if (type === 'size') {
      if (!Number.isFinite(data.height)) return;
      this.#frame.style.height = `${Math.ceil(Math.min(4000, Math.max(120, data.height)))}px`;
    } else if (type === 'session-needed') {
      this.#ask();
    } else if (events.has(type)) {
      const names = events.get(type);
      if (!names.every((name) => fits(name, data[name]))) return;
      if (type === 'ready' || type === 'failed') {
        this.#settled = true;
        clearTimeout(this.#timer);
        this.#reveal();
      }
      this.#tell(type, Object.fromEntries(names.map((name) => [name, data[name]])));
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(), patience);
  }

  #giveUp() {
    if (!this.#frame) {
      this.#fail('organization_invalid', 'The attribute organization must be the id of your organization, a UUID.');
    } else if (!this.#session) {
      this.#fail('session_missing', 'No session came within 15 seconds. Set the property getSession, or session.');
    } else {
      this.#fail(
        'frame_silent',
        `${origin} did not answer within 15 seconds. Often the origin of this page, ${self.origin}, is not registered there.`,
      );
    }
  }

  #refused({ disposition, effectiveDirective, blockedURI }) {
    if (disposition !== 'enforce' || !/^(frame|child)-src$/.test(effectiveDirective)) return;
    if (blockedURI !== origin && !blockedURI.startsWith(`${origin}/`)) return;
    // A refused frame loads, too: an error page of the browser, which is not worth listening to.
    this.#life.abort();
    this.#loaded = false;
    this.#fail('frame_blocked', `The Content-Security-Policy of this page refuses the frame. Add ${origin} to frame-src.`);
  }

  // Once the frame has spoken, it says itself what is wrong; before that, a sentence stands in its place.
  #fail(code, text) {
    const [, title, check, again] = this.#words();
    if (!this.#settled) {
      clearTimeout(this.#timer);
      const retry = code === 'session_failed';
      const button = make('button', retry ? again : check);
      button.type = 'button';
      button.addEventListener('click', () => (retry ? this.#ask() : this.#check()));
      this.#note.replaceChildren(make('p', title), button);
      if (this.#frame) this.#frame.hidden = true;
    }
    this.#tell('failed', { code, title, text: text.slice(0, 500) });
  }

  #reveal() {
    this.#note.replaceChildren();
    this.#list.replaceChildren();
    this.#frame.hidden = false;
  }

  async #check() {
    const life = this.#life;
    this.#list.replaceChildren(make('li', 'Checking this page…'));
    const findings = await RekeyConnect.selfTest(this.organization);
    if (life !== this.#life) return;
    this.#list.replaceChildren(
      ...findings.map(({ ok, title, text }) => make('li', make('b', `${ok ? '✓' : '✕'} ${title}`), make('p', text))),
    );
  }
}

for (const name of ['organization', 'theme', 'language', 'accent']) {
  Object.defineProperty(RekeyConnect.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return this.getAttribute(name);
    },
    set(value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
}

if (!customElements.get('rekey-connect')) customElements.define('rekey-connect', RekeyConnect);
